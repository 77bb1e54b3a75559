"""Stored vectors as people have them: arrays, Parquet, and what vector stores export."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from codequest.errors import CodequestError, InvalidInputError, TeacherError
from codequest.space import EmbeddingSpace
from codequest.teachers import VectorsTeacher, load_teacher, read_vectors
from tests.teachers.stored.written import TEXTS, VECTORS, WRITERS, jsonl

EXPORTS = Path(__file__).parent / "exports"
"""Written by chromadb 1.5.9 (get), qdrant-client 1.20 (scroll) and lancedb 0.40 (to_arrow, to_pandas)."""

EXPORTED = ["def read(path): ...", "sort a dict by value", "読む"]

EXPORTED_VECTORS = np.array([[0.6, 0.8, 0, 0], [0, 0.6, 0, 0.8], [0, 0, 1, 0]], dtype=np.float32)

SPACE = EmbeddingSpace(teacher="openai:text-embedding-3-small", dim=8)


def options(name: str) -> dict[str, str]:
    return {"vector_column": "embeddings"} if name == "npz" else {}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_each_text_its_vector(tmp_path: Path, name: str) -> None:
    file, write, tolerance = WRITERS[name]
    write(tmp_path / file)
    texts, vectors = read_vectors(tmp_path / file, **options(name))
    assert texts == TEXTS
    np.testing.assert_allclose(vectors, VECTORS, atol=tolerance or 1e-7)
    teacher = VectorsTeacher.from_file(tmp_path / file, SPACE, **options(name))
    assert teacher.space == SPACE
    np.testing.assert_allclose(teacher.encode_documents(TEXTS[::-1]), VECTORS[::-1], atol=tolerance or 1e-6)


@pytest.mark.parametrize("name", sorted(path.name for path in EXPORTS.iterdir()))
def test_exports_of_vector_stores_are_read_as_they_are(name: str) -> None:
    space = EmbeddingSpace(teacher="m", dim=4)
    texts, vectors = read_vectors(EXPORTS / name)
    assert texts == EXPORTED
    np.testing.assert_allclose(vectors, EXPORTED_VECTORS, atol=1e-6)
    queries = VectorsTeacher.from_file(EXPORTS / name, space, side="query").encode_queries(EXPORTED[1:])
    np.testing.assert_allclose(queries, EXPORTED_VECTORS[1:], atol=1e-6)


@pytest.mark.parametrize("suffix", ["parquet", "jsonl", "npz", "feather"])
def test_a_folder_may_hold_any_format(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "space.json").write_text(json.dumps(SPACE.to_dict()))
    writer = {"npz": lambda path: np.savez(path, texts=np.array(TEXTS), v=VECTORS)}
    writer.get(suffix, WRITERS[suffix][1])(tmp_path / f"documents.{suffix}")
    np.save(tmp_path / "queries.npy", VECTORS[:1])
    jsonl(tmp_path / "queries.jsonl", TEXTS[:1])
    teacher = load_teacher(f"vectors:{tmp_path}")
    np.testing.assert_allclose(teacher.encode_documents(TEXTS), VECTORS, atol=1e-6)
    np.testing.assert_allclose(teacher.encode_queries(TEXTS[:1]), VECTORS[:1], atol=1e-6)


def test_two_files_for_one_side_are_refused(tmp_path: Path) -> None:
    (tmp_path / "space.json").write_text(json.dumps(SPACE.to_dict()))
    for name in ("npy", "parquet"):
        WRITERS[name][1](tmp_path / f"queries.{name}")
    with pytest.raises(InvalidInputError, match=r"queries.npy, queries.parquet all claim to be the queries. Keep one"):
        load_teacher(f"vectors:{tmp_path}")


def test_repeated_texts_with_one_vector_are_fine(tmp_path: Path) -> None:
    twice = [*VECTORS[:3], VECTORS[0] + np.float32(1e-3)]
    teacher = VectorsTeacher(SPACE, documents=(["a", "b", "c", "a"], np.stack([v / np.linalg.norm(v) for v in twice])))
    np.testing.assert_allclose(teacher.encode_documents(["a"]), VECTORS[:1], atol=1e-6)


def test_texts_that_are_not_stored_are_counted_over_all_of_them() -> None:
    many = [f"text {number}" for number in range(2000)]
    teacher = VectorsTeacher(SPACE, queries=(many[:1000], np.tile(VECTORS[:1], (1000, 1))))
    with pytest.raises(TeacherError, match=r"No stored query vector of 'text 1000' \(1000 of 2000 texts are missing"):
        teacher.encode_queries(many)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("v.parquet", b"garbage", r"v.parquet is no .parquet file, or it is damaged"),
        ("v.feather", b"garbage", r"v.feather is no .feather file, or it is damaged"),
        ("v.npz", b"garbage", r"v.npz cannot be read as arrays"),
        ("v.json", b"{", "v.json holds no JSON: Expecting property name"),
        ("v.jsonl", b'{"text": "\xff"}', "v.jsonl holds no JSON: it is no UTF-8"),
        ("v.json", b"7", "v.json holds int, expected a list of records or lists by name"),
        ("v.jsonl", b'{"text": "a", "vector": [1]}\n"b"', "Record 1 of .*v.jsonl is str, expected an object"),
        ("v.parquet", None, r"There is no file .*v\.parquet"),
        ("v.csv", b"a,b", "v.csv is no file of vectors that codequest reads: .arrow, .feather, .json, .jsonl, .npy"),
    ],
)
def test_files_that_cannot_be_read_are_named(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CodequestError, match=message):
        VectorsTeacher.from_file(tmp_path / name, SPACE)
