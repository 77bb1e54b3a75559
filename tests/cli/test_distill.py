"""``codequest distill`` on tiny models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest import QueryEncoder, load_teacher
from codequest.errors import AdapterWriteError, InvalidInputError
from tests.cli.commands import beir, run
from tests.tiny import QUERIES


def test_distill_writes_a_trained_adapter_in_the_teachers_space(adapter: Path, tiny_teacher: Path) -> None:
    encoder, teacher = QueryEncoder.from_pretrained(adapter), load_teacher(str(tiny_teacher))
    assert encoder.space == teacher.space
    assert encoder.describe()["rank"] == 4
    cosines = (encoder.encode(QUERIES) * teacher.encode_queries(QUERIES)).sum(1)
    assert cosines.mean() > 0.5
    [stage] = encoder.training["stages"]
    assert stage["queries"] == 35  # of 36; one is held out
    assert stage["config"]["epochs"] == 2


def test_distill_measures_refines_and_keeps_the_measured_queries_out(
    tmp_path: Path, adapter: Path, queries: Path, dataset: Path, tiny_teacher: Path
) -> None:
    out = tmp_path / "refined"
    with queries.open("a", encoding="utf-8") as file:
        file.write("\nSORT the  dict\n")  # a query of the dataset, in other letters
    labelled = ["sort the list", "search the list", "query the file", "Read  the file"]
    pairs = beir(tmp_path / "pairs", labelled, ["sort(list)", "search(list)", "query(file)", "read(file)"])
    printed = run(
        "distill", queries, "--out", out, "--teacher", tiny_teacher, "--adapter", adapter, "--epochs", 1,
        "--pairs", f"{pairs}:dev", "--loss", "infonce", "--loss", "cosine=0.5", "--evaluate", dataset,
    )  # fmt: skip
    assert "nDCG@10" in printed
    first, second = QueryEncoder.from_pretrained(out).training["stages"]
    assert second["config"]["losses"] == {"infonce": 1.0, "cosine": 0.5}
    # Of the 4 pairs, "Read  the file" is measured on and 1 of the other 3 is held out for validation: 2 are left.
    assert second["pairs"] == 2
    # Of the file's 37 queries "SORT the  dict" is measured on; with a pair to validate on, none is held out.
    assert second["queries"] == 36
    assert second["validation"]["measure"] == "nDCG@10"
    measured = QueryEncoder.from_pretrained(out).metrics["data/dev"]
    assert measured["Recall@10"] == 1.0  # four documents
    assert first["pairs"] == 0


def test_the_teacher_of_an_adapter_is_taken_unless_another_is_named(
    tmp_path: Path, adapter: Path, queries: Path, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_teacher.parent)  # a private teacher is named by its folder
    for option in ("--adapter", "--start"):
        out = tmp_path / option.strip("-")
        run("distill", queries, "--out", out, option, adapter, "--epochs", 1)
        assert QueryEncoder.from_pretrained(out).space == QueryEncoder.from_pretrained(adapter).space


def test_pairs_that_are_all_measured_on_are_refused(
    tmp_path: Path, adapter: Path, queries: Path, dataset: Path, tiny_teacher: Path
) -> None:
    with pytest.raises(InvalidInputError, match="no pair is left to train on"):
        run(
            "distill", queries, "--out", tmp_path / "refined", "--teacher", tiny_teacher, "--adapter", adapter,
            "--pairs", dataset, "--loss", "infonce", "--evaluate", dataset,
        )  # fmt: skip
    assert not (tmp_path / "refined").exists()


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("thesis", "thesis exists and is not an adapter, so it is not replaced"),
        ("file", "file exists and is not an adapter, so it is not replaced"),
        ("file/adapter", "/file is no folder with write permission"),
        ("a" * 300, "File name too long"),
    ],
)
def test_distill_refuses_a_destination_before_anything_else(tmp_path: Path, out: str, message: str) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work", encoding="utf-8")
    (tmp_path / "file").write_text("text", encoding="utf-8")
    with pytest.raises(AdapterWriteError, match=message):
        run("distill", tmp_path / "missing.txt", "--out", tmp_path / out, "--teacher", "nobody/nothing")


def test_distill_trains_a_projection(tmp_path: Path, queries: Path, tiny_base: Path, tiny_teacher: Path) -> None:
    out = tmp_path / "projection"
    run(
        "distill", queries, "--out", out, "--teacher", tiny_teacher, "--base", tiny_base, "--kind", "projection",
        "--limit", 20, "--seed", 3,
    )  # fmt: skip
    encoder = QueryEncoder.from_pretrained(out)
    assert encoder.kind == "projection"
    assert encoder.training["stages"][0]["queries"] == 19


def test_distill_starts_from_an_adapter_of_another_space(
    tmp_path: Path, queries: Path, adapter: Path, tiny_base: Path
) -> None:
    out = tmp_path / "moved"
    run("distill", queries, "--out", out, "--teacher", tiny_base, "--start", adapter, "--epochs", 1)
    encoder = QueryEncoder.from_pretrained(out)
    assert (encoder.space, encoder.describe()["rank"]) == (load_teacher(str(tiny_base)).space, 4)
    assert encoder.training["start"]["adapter"] == "adapter"
    with pytest.raises(InvalidInputError, match="--adapter trains an adapter further, --start makes another one"):
        run("distill", queries, "--out", out, "--adapter", out, "--start", adapter)


def test_distill_trains_a_static_encoder_on_the_words_of_its_own_queries(
    tmp_path: Path, queries: Path, dataset: Path, tiny_base: Path, tiny_teacher: Path
) -> None:
    out = tmp_path / "static"
    with queries.open("a", encoding="utf-8") as file:
        file.write(
            "\nreadable\nreadable files\nreadable lists\n" + 3 * "open  the HTTP query\n"
        )  # the last is measured
    run(
        "distill", queries, "--out", out, "--teacher", tiny_teacher, "--base", tiny_base, "--kind", "static",
        "--rows", 180, "--epochs", 20, "--learning-rate", 5e-3, "--evaluate", f"{dataset}:dev",
    )  # fmt: skip
    encoder, teacher = QueryEncoder.from_pretrained(out), load_teacher(str(tiny_teacher))
    assert encoder.describe()["rows"] <= 180
    words = json.loads((out / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    assert "readable" in words
    assert (encoder.encode(QUERIES) * teacher.encode_queries(QUERIES)).sum(1).mean() > 0.5
    assert encoder.training["stages"][0]["config"]["epochs"] == 20
