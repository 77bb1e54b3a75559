"""Texts of vectors in files of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyarrow import parquet

from codequest.errors import TeacherError
from codequest.teachers import read_vectors
from codequest.teachers.stored.text_files import read_texts
from tests.teachers.stored.written import TEXTS, VECTORS, jsonl, records, table


def test_texts_of_every_kind_of_file(tmp_path: Path) -> None:
    jsonl(tmp_path / "objects.jsonl", [{"text": text} for text in TEXTS])
    jsonl(tmp_path / "strings.jsonl", TEXTS)
    parquet.write_table(table(vector=None), tmp_path / "table.parquet")
    for name in ("objects.jsonl", "strings.jsonl", "table.parquet"):
        assert read_texts(tmp_path / name) == TEXTS
    (tmp_path / "lines.txt").write_text("one\n\ntwo\n", encoding="utf-8")
    assert read_texts(tmp_path / "lines.txt") == ["one", "", "two"]


def test_given_texts_take_the_place_of_those_in_a_table(tmp_path: Path) -> None:
    jsonl(tmp_path / "v.jsonl", records())
    parquet.write_table(table(), tmp_path / "v.parquet")
    parquet.write_table(table(title=["a", "b", "c", "d"], text=None, vector=None), tmp_path / "titles.parquet")
    for name in ("v.jsonl", "v.parquet"):
        texts, vectors = read_vectors(tmp_path / name, texts=tmp_path / "titles.parquet")
        assert texts == ["a", "b", "c", "d"]
        assert vectors == pytest.approx(VECTORS)


def test_what_is_no_file_of_texts_is_said(tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match=r"gone\.parquet cannot be read as the texts .* Expected \.jsonl"):
        read_texts(tmp_path / "gone.parquet")
    parquet.write_table(table(text=None, id=None), tmp_path / "numbers.parquet")
    with pytest.raises(TeacherError, match=r"does not say which column holds the texts\. Columns with texts: none"):
        read_texts(tmp_path / "numbers.parquet")
    jsonl(tmp_path / "other.jsonl", [{"body": "a"}])
    with pytest.raises(TeacherError, match=r"other\.jsonl cannot be read as the texts of the vectors \(KeyError"):
        read_texts(tmp_path / "other.jsonl")
