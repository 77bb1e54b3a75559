"""``codequest embed`` on tiny models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest.errors import InvalidInputError
from tests.cli.commands import run, run_and_hear
from tests.corpus.material import TEXTS, jsonl, light_documents

pytest.importorskip("pyarrow")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return jsonl(tmp_path / "corpus.jsonl")


def test_a_corpus_is_embedded_and_found_by_probe_and_report(source: Path, tmp_path: Path, tiny_teacher: Path) -> None:
    out = tmp_path / "out"
    printed = run("embed", source, "--out", out, "--teacher", tiny_teacher, "--shard-size", 8)
    assert "20 vectors of 20 texts by" in printed
    assert "in 3 shards; 20 texts embedded now" in printed
    assert f"Vectors: {out}" in printed
    assert "20 vectors, tiny-teacher" in run("probe", out, "--teacher", tiny_teacher)
    again = json.loads(run("embed", source, "--out", out, "--teacher", tiny_teacher, "--shard-size", 8, "--json"))
    assert (again["embedded"], again["vectors"], again["space"]["dim"]) == (0, 20, 48)


def test_texts_that_failed_are_named_in_an_exit_code_of_1(tmp_path: Path, tiny_base: Path, tiny_teacher: Path) -> None:
    light = light_documents(tiny_base, tiny_teacher).save_pretrained(tmp_path / "light")
    source = jsonl(tmp_path / "corpus.jsonl", [*TEXTS, " "])
    given = ("embed", source, "--out", tmp_path / "out", "--encoder", light, "--no-text", "--dtype", "float32")
    printed, heard = run_and_hear(*given, exit_code=1)
    assert "20 vectors of 21 texts" in printed
    assert "in 1 shard;" in printed
    assert "1 text has no vector: d20 (the text is empty)." in heard
    assert "failed.jsonl lists them" in heard


def test_the_cache_is_filled_with_queries(tmp_path: Path, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    (tmp_path / "log.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    given = ("embed", tmp_path / "log.txt", "--queries", "--cache", "--teacher", tiny_teacher)
    assert "20 texts, 20 of them embedded now" in run_and_hear(*given)[1]
    assert json.loads(run(*given, "--json"))["embedded"] == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((), "Say where the vectors go: --out FOLDER, or --cache"),
        (("--out", "x", "--cache"), "Say where the vectors go: --out FOLDER, or --cache"),
        (("--cache", "--encoder", "static"), "--cache takes a --teacher and --engine local, and no --encoder"),
        (("--cache", "--teacher", "x", "--engine", "ray"), "--cache takes a --teacher and --engine local"),
        (("--out", "x"), "Name what embeds: either a teacher, or a light encoder"),
    ],
)
def test_what_cannot_be_meant_is_refused(source: Path, given: tuple[str, ...], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        run("embed", source, *given)
