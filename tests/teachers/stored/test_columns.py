"""Columns with texts and vectors, in whatever file they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from codequest.errors import CodequestError, InvalidInputError, SpaceMismatchError, TeacherError
from codequest.space import EmbeddingSpace
from codequest.teachers import VectorsTeacher, read_vectors
from tests.teachers.stored.written import VECTORS, jsonl, table

SPACE = EmbeddingSpace(teacher="openai:text-embedding-3-small", dim=8)


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
