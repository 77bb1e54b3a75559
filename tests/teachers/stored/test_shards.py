"""Folders of shards: what they say of themselves, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest.corpus import embed_corpus
from codequest.errors import InvalidInputError, TeacherError
from codequest.teachers import VectorsTeacher
from codequest.teachers.stored.shards import Manifest, read_shards, shard_facts
from tests.corpus.material import TEXTS, jsonl
from tests.teachers.counting import CountingTeacher

pytest.importorskip("pyarrow")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return embed_corpus(jsonl(tmp_path / "a.jsonl"), tmp_path / "out", teacher=CountingTeacher(), shard_size=8).folder


def test_a_shard_says_what_it_holds(folder: Path) -> None:
    facts = shard_facts(folder / "documents" / "000002.parquet")
    assert facts is not None
    assert (facts["rows"], facts["failed"], len(facts["key"])) == (4, {}, 64)
    assert shard_facts(folder / "manifest.json") is None
    assert shard_facts(folder / "none") is None


def test_texts_are_read_where_they_are_wanted(folder: Path) -> None:
    texts, vectors = read_shards(folder / "documents")
    assert texts == TEXTS
    assert vectors.shape == (20, 8)
    assert read_shards(folder / "documents", texts=False)[0] is None


def test_shards_of_another_run_are_refused(folder: Path) -> None:
    shards = folder / "documents"
    (shards / "000002.parquet").write_bytes((shards / "000001.parquet").read_bytes())
    with pytest.raises(TeacherError, match=r"000002.parquet is not of the manifest next to it"):
        read_shards(shards)
    (shards / "000001.parquet").write_bytes((folder / "space.json").read_bytes())
    with pytest.raises(TeacherError, match=r"000001.parquet is no shard of vectors, or it is damaged"):
        VectorsTeacher.from_folder(folder)
    (shards / "000001.parquet").unlink()
    with pytest.raises(TeacherError, match=r"000001.parquet is no shard of vectors, or it is damaged"):
        read_shards(shards)


def test_a_manifest_of_a_later_format_is_refused(folder: Path) -> None:
    values = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**values, "format_version": 2}), encoding="utf-8")
    with pytest.raises(TeacherError, match=r"is of format 2, this codequest reads 1. Read it with the codequest that"):
        Manifest.read(folder)
    (folder / "manifest.json").write_text(json.dumps({**values, "texts": "x"}), encoding="utf-8")
    with pytest.raises(TeacherError, match=r"manifest.json is malformed: Expected `int`, got `str`"):
        Manifest.read(folder)


def test_a_file_of_vectors_next_to_shards_is_refused(folder: Path) -> None:
    (folder / "documents.parquet").write_bytes((folder / "documents" / "000000.parquet").read_bytes())
    with pytest.raises(InvalidInputError, match=r"documents.parquet, documents all claim to be the documents"):
        VectorsTeacher.from_folder(folder)
