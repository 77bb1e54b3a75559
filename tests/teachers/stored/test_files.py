"""Stored vectors as people have them: arrays, Parquet, and what vector stores export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from pyarrow import feather, parquet
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

from codequest.errors import CodequestError, InvalidInputError, SpaceMismatchError, TeacherError
from codequest.space import EmbeddingSpace
from codequest.teachers import VectorsTeacher, load_teacher, read_vectors
from tests.teachers.conftest import vector_of

EXPORTS = Path(__file__).parent / "exports"
"""Written by chromadb 1.5.9 (get), qdrant-client 1.20 (scroll) and lancedb 0.40 (to_arrow, to_pandas)."""
EXPORTED = ["def read(path): ...", "sort a dict by value", "読む"]
EXPORTED_VECTORS = np.array([[0.6, 0.8, 0, 0], [0, 0.6, 0, 0.8], [0, 0, 1, 0]], dtype=np.float32)

SPACE = EmbeddingSpace(teacher="openai:text-embedding-3-small", dim=8)
TEXTS = ["read file", "one\u2028two\nthree", "sort", ""]
VECTORS = np.stack([vector_of(text + "!") for text in TEXTS])


def jsonl(path: Path, records: list[Any]) -> None:
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")


def records(**renamed: str) -> list[dict[str, Any]]:
    text, vector = renamed.get("text", "text"), renamed.get("vector", "vector")
    rows = zip(TEXTS, VECTORS, strict=True)
    return [{"id": f"{at}", vector: row.tolist(), text: what, "path": "x.py"} for at, (what, row) in enumerate(rows)]


def table(**more: Any) -> pa.Table:
    columns = {"id": [str(at) for at in range(4)], "text": TEXTS, "vector": VECTORS.tolist(), **more}
    return pa.table({name: column for name, column in columns.items() if column is not None})


def nested(path: Path) -> None:
    payload = [{"document": text, "path": "x"} for text in TEXTS]
    parquet.write_table(pa.table({"payload": payload, "vector": [{"dense": row} for row in VECTORS.tolist()]}), path)


def fixed_size(path: Path) -> None:
    column = pa.FixedSizeListArray.from_arrays(pa.array(VECTORS.ravel(), pa.float32()), 8)
    chunks = pa.concat_tables([table(vector=column).slice(0, 1), table(vector=column).slice(1)])
    parquet.write_table(chunks, path)


def beside(path: Path, save: Callable[[Path], None]) -> None:
    save(path)
    jsonl(path.with_suffix(".jsonl"), [{"text": text} for text in TEXTS])


WRITERS: dict[str, tuple[str, Callable[[Path], None], float]] = {
    "npy": ("v.npy", lambda path: beside(path, lambda file: np.save(file, VECTORS)), 0),
    "npz": ("v.npz", lambda path: np.savez(path, texts=np.array(TEXTS), embeddings=VECTORS, ids=np.array([1.0])), 0),
    "npz without texts": ("v.npz", lambda path: beside(path, lambda file: np.savez(file, VECTORS)), 0),
    "safetensors": ("v.safetensors", lambda path: beside(path, lambda file: save_file({"x": VECTORS}, file)), 0),
    "safetensors bf16": (
        "v.safetensors",
        lambda path: beside(path, lambda file: save_torch({"x": torch.from_numpy(VECTORS).bfloat16()}, file)),
        4e-3,
    ),
    "parquet": ("v.parquet", lambda path: parquet.write_table(table(), path), 0),
    "parquet float16": (
        "v.parquet",
        lambda path: parquet.write_table(
            table(vector=pa.array(list(VECTORS.astype(np.float16)), pa.list_(pa.float16()))), path
        ),
        1e-3,
    ),
    "parquet fixed size": ("v.parquet", fixed_size, 0),
    "parquet nested": ("v.parquet", nested, 0),
    "feather": ("v.feather", lambda path: feather.write_feather(table(), path), 0),
    "arrow": ("v.arrow", lambda path: feather.write_feather(table(), path, compression="uncompressed"), 0),
    "jsonl": ("v.jsonl", lambda path: jsonl(path, records()), 0),
    "jsonl renamed": ("v.jsonl", lambda path: jsonl(path, records(text="document", vector="embedding")), 0),
    "json records": ("v.json", lambda path: path.write_text(json.dumps(records())), 0),
    "json from qdrant's REST": (
        "v.json",
        lambda path: path.write_text(json.dumps({"result": {"points": records(text="content")}, "status": "ok"})),
        0,
    ),
}


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


def test_columns_may_be_named(tmp_path: Path) -> None:
    other = [[1.0] * 8] * 4
    parquet.write_table(table(vector2=other, title=["a"] * 4), tmp_path / "v.parquet")
    texts, vectors = read_vectors(tmp_path / "v.parquet", text_column="title", vector_column="vector2")
    assert texts == ["a"] * 4
    np.testing.assert_array_equal(vectors, other)


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    parquet.write_table(table(), tmp_path / "v.parquet")
    with pytest.raises(TeacherError, match=r"has no column 'body' with texts. Columns with texts: id, text. Say"):
        read_vectors(tmp_path / "v.parquet", text_column="body")


def with_nan() -> list[list[float | None]]:
    rows = VECTORS.tolist()
    rows[2][3] = None
    return rows


NONE = "2 of 4 rows of .* have no"
BAD_TABLES: list[tuple[dict[str, Any], type[CodequestError], str]] = [
    ({"text": ["a", None, "b", None]}, TeacherError, rf"{NONE} text in 'text' \(the first is row 1\)"),
    ({"vector": [*VECTORS[:2].tolist(), None, None]}, TeacherError, rf"{NONE} vector in 'vector' .*row 2\)"),
    (
        {"vector": [*VECTORS[:3].tolist(), [1.0, 2.0]]},
        TeacherError,
        r"Row 3 of .* has 2 numbers in 'vector' and row 0 has 8: 1 of 4 rows",
    ),
    ({"vector": with_nan()}, SpaceMismatchError, "1 of 4 vectors hold NaN or infinity, first in row 2"),
    ({"vector": VECTORS[:, :5].tolist()}, InvalidInputError, r"need vectors of shape \(4, 8\), got \(4, 5\)"),
    (
        {"vector": (VECTORS * [[1], [3], [1], [1]]).tolist()},
        SpaceMismatchError,
        r"1 of 4 vectors are not of unit length \(row 1: 3.0000\).* 3 are of unit length: normalized and raw",
    ),
    ({"text": ["a", "b", "a", "c"]}, InvalidInputError, "text 'a' has two different vectors, in rows 0 and 2"),
    (
        {"text": None},
        TeacherError,
        r"does not say which column holds the texts. Columns with texts: id. Say which with text_column",
    ),
    (
        {"vector": None},
        TeacherError,
        "does not say which column holds the vectors. Columns with lists of numbers: none",
    ),
    (
        {"other": VECTORS.tolist()},
        TeacherError,
        r"does not say which column holds the vectors.*: vector, other. Say which",
    ),
]


@pytest.mark.parametrize(("columns", "error", "message"), BAD_TABLES)
@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_tables_that_do_not_fit_are_refused(
    tmp_path: Path, columns: dict[str, Any], error: type[CodequestError], message: str, suffix: str
) -> None:
    path, content = tmp_path / f"v.{suffix}", table(**columns)
    if suffix == "parquet":
        parquet.write_table(content, path)
    else:
        jsonl(path, content.to_pylist())
    with pytest.raises(error, match=message) as caught:
        VectorsTeacher.from_file(path, SPACE)
    assert str(caught.value).count(str(path)) == 1


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
        ("v.json", b"{", "v.json holds no JSON: JSONDecodeError"),
        ("v.jsonl", b'{"text": "\xff"}', "v.jsonl holds no JSON: UnicodeDecodeError"),
        ("v.json", b"7", "v.json holds int, expected a list of records or lists by name"),
        ("v.jsonl", b'{"text": "a", "vector": [1]}\n"b"', "Record 1 of .*v.jsonl is str, expected an object"),
        ("v.parquet", None, "cannot be read as stored vectors .FileNotFoundError"),
        ("v.csv", b"a,b", "v.csv is no file of vectors that codequest reads: .arrow, .feather, .json, .jsonl, .npy"),
    ],
)
def test_files_that_cannot_be_read_are_named(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CodequestError, match=message):
        VectorsTeacher.from_file(tmp_path / name, SPACE)


def test_damaged_arrays_are_named(tmp_path: Path) -> None:
    path = tmp_path / "v.safetensors"
    WRITERS["safetensors"][1](path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(TeacherError, match=r"v.safetensors is truncated or damaged"):
        VectorsTeacher.from_file(path, SPACE)
    np.savez(tmp_path / "v.npz", texts=np.array(TEXTS, dtype=object), vectors=VECTORS)
    with pytest.raises(TeacherError, match=r"Texts must be saved as strings: np.array\(texts, dtype=str\)"):
        VectorsTeacher.from_file(tmp_path / "v.npz", SPACE)
    save_file({"a": VECTORS, "b": VECTORS}, path)
    with pytest.raises(TeacherError, match=r"has not one array of vectors. Arrays that may be: a, b"):
        VectorsTeacher.from_file(path, SPACE)
    with pytest.raises(TeacherError, match=r"has no array 'c' of vectors. Arrays that may be: a, b"):
        VectorsTeacher.from_file(path, SPACE, vector_column="c")


def test_another_number_of_texts_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", texts=np.array(TEXTS[:2]), vectors=VECTORS)
    with pytest.raises(InvalidInputError, match=r"2 document texts need vectors of shape \(2, 8\), got \(4, 8\)"):
        VectorsTeacher.from_file(tmp_path / "v.npz", SPACE)
