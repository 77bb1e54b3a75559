import gzip
import json
import sys
from pathlib import Path

import pytest

from codequest.data import load_queries
from codequest.errors import DatasetError, MissingDependencyError

LINES = ["Read a file", "", "sort  a\tlist", "read A  file", "  parse json  "]

DISTINCT = ["Read a file", "sort  a\tlist", "parse json"]


@pytest.mark.parametrize("suffix", [".txt", ".txt.gz"])
def test_text_files_hold_one_query_a_line(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"queries{suffix}"
    content = "\r\n".join(LINES).encode()
    file.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    assert load_queries(file) == DISTINCT


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_json_lines_are_strings_or_objects_with_a_text(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"queries{suffix}"
    records = ["two\nlines", {"text": "sort a list", "id": 3}, {"text": "Sort  a LIST"}, " ", "u\u2028v"]
    content = "\n\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()
    file.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    assert load_queries(str(file)) == ["two\nlines", "sort a list", "u\u2028v"]


def test_a_byte_order_mark_is_no_part_of_a_query(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("read a file", encoding="utf-8-sig")
    (tmp_path / "a.jsonl").write_text('"read a file"', encoding="utf-8-sig")
    assert load_queries(tmp_path / "a.txt") == load_queries(tmp_path / "a.jsonl") == ["read a file"]


def test_the_end_of_the_name_decides_the_format(tmp_path: Path) -> None:
    (tmp_path / "from.jsonl.txt").write_text("no json here", encoding="utf-8")
    assert load_queries(tmp_path / "from.jsonl.txt") == ["no json here"]


def test_a_folder_gives_its_query_file(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"holds none of queries.jsonl, queries.jsonl.gz, queries.txt"):
        load_queries(tmp_path)
    (tmp_path / "queries.txt").write_text("from text", encoding="utf-8")
    assert load_queries(tmp_path) == ["from text"]
    (tmp_path / "queries.jsonl").write_text('{"_id": "1", "text": "from json"}', encoding="utf-8")
    assert load_queries(tmp_path) == ["from json"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "{'text': 1}",
            r"line 3 holds no JSON: .*Expected a JSON string or an object .* got \"{'text': 1}\"",
        ),
        ('{"query": "a"}', "line 3: Expected a JSON string or an object with a text"),
        ("[1]", "line 3: Expected a JSON string or an object with a text"),
        ('{"text": 7}', "line 3: the text is int, expected a string"),
    ],
)
def test_a_malformed_line_is_named_by_its_number(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "q.jsonl").write_text(f'"a"\n\n{line}\n"b"', encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        load_queries(tmp_path / "q.jsonl")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("q.csv", b"a", r"q.csv is of a type codequest does not read. It reads .txt, .jsonl, .txt.gz, .jsonl.gz"),
        ("q.txt", b" \n\n", "q.txt holds no query"),
        ("q.txt", b"\xff\xfe\x00", "q.txt cannot be read"),
        ("q.txt.gz", b"plain", "q.txt.gz cannot be read"),
        ("q.txt.gz", gzip.compress(b"read a file" * 50, mtime=0)[:-12], "q.txt.gz cannot be read"),
        ("q.txt.gz", gzip.compress(b"", mtime=0)[:10] + b"\xff" * 30, "q.txt.gz cannot be read"),
        ("q.txt", None, "There is no query file"),
    ],
)
def test_unreadable_files_say_why(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        load_queries(tmp_path / name)


@pytest.mark.parametrize("column", ["text", "query", "question", "title"])
def test_parquet_files_have_a_column_of_queries(tmp_path: Path, column: str) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table({"id": list(range(5)), column: [*LINES[:2], None, *LINES[2:4]]})
    parquet.write_table(table, tmp_path / "q.parquet")
    assert load_queries(tmp_path / "q.parquet") == DISTINCT[:2]


def test_parquet_files_that_have_none_are_refused(tmp_path: Path) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"id": [1], "body": ["a"]}), tmp_path / "q.parquet")
    with pytest.raises(
        DatasetError, match=r"has the columns 'id', 'body'\. Expected the queries in one of 'text', 'qu"
    ):
        load_queries(tmp_path / "q.parquet")
    parquet.write_table(pyarrow.table({"text": [7]}), tmp_path / "q.parquet")
    with pytest.raises(DatasetError, match=r"q\.parquet, row 1: text is int, expected a string"):
        load_queries(tmp_path / "q.parquet")
    (tmp_path / "q.parquet").write_bytes(b"damaged")
    with pytest.raises(DatasetError, match=r"q\.parquet cannot be read as parquet"):
        load_queries(tmp_path / "q.parquet")


def test_the_package_that_reads_parquet_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "q.parquet").write_bytes(b"x")
    with pytest.raises(MissingDependencyError, match=r"pip install 'codequest.*\[hub\]'"):
        load_queries(tmp_path / "q.parquet")
