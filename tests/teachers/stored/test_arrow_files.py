"""Parquet, Feather and Arrow files that unpack to far more than they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import feather, parquet

from codequest.errors import TeacherError
from codequest.teachers import read_vectors

ROWS, DIM = 200_000, 768


def vectors(rows: int, dim: int) -> pyarrow.Array:
    return pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(np.full(rows * dim, 0.5, np.float32)), dim)


@pytest.mark.parametrize("suffix", ["parquet", "feather", "arrow"])
def test_a_file_that_would_fill_the_memory_is_not_unpacked(tmp_path: Path, suffix: str) -> None:
    path, table = tmp_path / f"v.{suffix}", pyarrow.table({"text": ["a"] * ROWS, "vector": vectors(ROWS, DIM)})
    if suffix == "parquet":
        parquet.write_table(table, path, compression="zstd")
    else:
        feather.write_feather(table, path, compression="zstd")
    assert path.stat().st_size < 1_000_000
    with pytest.raises(TeacherError, match=r"unpacks to more than 256 MiB, 100 times as many and more"):
        read_vectors(path)


def test_one_text_of_many_rows_is_kept_once(tmp_path: Path) -> None:
    """Written out, the texts are 2 GB."""
    text = "long text " * 1000
    texts = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * ROWS, pyarrow.int32()), [text])
    table = pyarrow.table({"text": texts, "vector": vectors(ROWS, 2)})
    parquet.write_table(table, tmp_path / "v.parquet", store_schema=False)
    read, found = read_vectors(tmp_path / "v.parquet")
    assert (len(read), found.shape, set(read)) == (ROWS, (ROWS, 2), {text})
    assert len(set(map(id, read))) <= 2  # parts of the file


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.filterwarnings("ignore:Feather V1")
def test_both_versions_of_feather_are_read(tmp_path: Path, version: int) -> None:
    columns = {"text": ["a", "b"], "number": [1, 2]}
    feather.write_feather(pyarrow.table(columns), tmp_path / "t.feather", version=version)
    np.save(tmp_path / "v.npy", np.eye(2, dtype=np.float32))
    assert read_vectors(tmp_path / "v.npy", texts=tmp_path / "t.feather")[0] == ["a", "b"]
