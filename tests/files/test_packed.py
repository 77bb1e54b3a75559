"""Bounds of what comes out of packed files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from codequest.data import load_queries
from codequest.errors import DatasetError
from codequest.files.packed import Unpacked, parquet_table, texts_of


def test_a_small_file_may_unpack_to_a_fixed_size_and_a_large_one_to_a_hundred_times_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a" * 10)
    small = Unpacked(path, DatasetError)
    small.add(1 << 28)
    with pytest.raises(DatasetError, match=r"a has 10 bytes and unpacks to more than 256 MiB"):
        small.add(1)
    with path.open("wb") as file:
        file.truncate(10 << 20)
    large = Unpacked(path, DatasetError)
    large.add(1000 << 20)
    with pytest.raises(DatasetError, match="100 times as many and more"):
        large.add(1)


def test_lines_that_unpack_for_ever_are_not_read(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "q.txt.gz", "wb", compresslevel=9) as file:
        for number in range(300):
            file.write(b"%d" % number + b"a" * (1 << 20) + b"\n")
    with pytest.raises(DatasetError, match=r"q\.txt\.gz has .* bytes and unpacks to more than 256 MiB"):
        load_queries(tmp_path / "q.txt.gz")


def test_texts_that_are_the_same_are_one_object(tmp_path: Path) -> None:
    columns = {"query": ["a b", None, "a b"], "inner": [{"text": "c"}] * 3, "number": [1, 2, 3]}
    parquet.write_table(pyarrow.table(columns), tmp_path / "q.parquet")
    table = parquet_table(tmp_path / "q.parquet", extra="hub", error=DatasetError)
    assert table.column_names == ["query", "inner", "number"]
    first, missing, last = (text for chunk in table["query"].chunks for text in texts_of(chunk))
    assert (first, missing) == ("a b", None)
    assert first is last
    chosen = parquet_table(tmp_path / "q.parquet", extra="hub", error=DatasetError, columns=lambda names: names[:1])
    assert chosen.column_names == ["query"]
    assert texts_of(pyarrow.array(["x", None])) == ["x", None]
