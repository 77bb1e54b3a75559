"""JSON lines, lines of text and Parquet files, as streams."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from codequest.corpus.sources.source import Columns
from codequest.corpus.sources.tables import LinesSource, ParquetSource
from codequest.errors import DatasetError
from tests.corpus.material import TEXTS, jsonl

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

RECORDS = [(f"d{number}", text) for number, text in enumerate(TEXTS)]


def test_json_lines_give_ids_and_texts_again_and_again(tmp_path: Path) -> None:
    source = LinesSource(jsonl(tmp_path / "a.jsonl"), Columns())
    assert list(source.records()) == RECORDS
    assert list(source.records()) == RECORDS
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    assert list(LinesSource(packed, Columns()).records()) == RECORDS


def test_strings_and_lines_have_numbers_for_ids(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('"x"\n\n"y\\n"\n', encoding="utf-8")
    assert list(LinesSource(tmp_path / "a.jsonl", Columns()).records()) == [("0", "x"), ("1", "y\n")]
    (tmp_path / "a.txt").write_text("x\ny\u2028z\n", encoding="utf-8")
    found = list(LinesSource(tmp_path / "a.txt", Columns(), prefix="a.txt/").records())
    assert found == [("a.txt/0", "x"), ("a.txt/1", "y\u2028z")]


@pytest.mark.parametrize(("line", "says"), [("[1]", "got '\\[1\\]'"), ("{", "holds no JSON"), ("5", "Expected a JSON")])
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"text": "x"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(DatasetError, match=f"a.jsonl, line 2.*{says}"):
        list(LinesSource(tmp_path / "a.jsonl", Columns()).records())


def test_progress_is_in_bytes_of_the_file(tmp_path: Path) -> None:
    said: list[tuple[str, int, int]] = []
    path = jsonl(tmp_path / "a.jsonl", [f"text {number}" for number in range(9000)])
    assert len(list(LinesSource(path, Columns()).records(lambda *now: said.append(now)))) == 9000
    assert [what for what, _, _ in said] == ["Reading a.jsonl"] * 3
    assert 0 < said[0][1] < said[1][1] < said[2][1] <= said[2][2] == path.stat().st_size


def test_parquet_is_read_by_the_chosen_columns(tmp_path: Path) -> None:
    table = arrow.table({"key": [3, 4], "code": ["x", None], "text": [1.5, 2.5]})
    parquet.write_table(table, tmp_path / "a.parquet")
    source = ParquetSource(tmp_path / "a.parquet", Columns(text="code", id="key"))
    assert list(source.records()) == [("3", "x"), ("4", "")]
    assert list(source.records()) == [("3", "x"), ("4", "")]
    with pytest.raises(DatasetError, match=r"row 1: 'text' is float"):
        list(ParquetSource(tmp_path / "a.parquet", Columns()).records())
    with pytest.raises(DatasetError, match=r"has no column 'body' for the text. It has 'key', 'code', 'text'"):
        list(ParquetSource(tmp_path / "a.parquet", Columns(text="body")).records())


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + json.dumps([1]).encode())
    with pytest.raises(DatasetError, match=r"a.parquet cannot be read as Parquet: .*Is it complete"):
        list(ParquetSource(tmp_path / "a.parquet", Columns()).records())
