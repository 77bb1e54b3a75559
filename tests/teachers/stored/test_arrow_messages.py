"""What Arrow files say that they unpack to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import feather

from codequest.teachers.stored.arrow_messages import unpacked_size

TEXTS = ["ab"] * 1000
NAMES = ["x", "yz"] * 500


def messages(path: Path, compression: str) -> list[Any]:
    columns = {"text": TEXTS, "name": pyarrow.array(NAMES).dictionary_encode()}
    feather.write_feather(pyarrow.table(columns), path, compression=compression)
    with pyarrow.memory_map(str(path)) as file:
        file.seek(8)
        return [*pyarrow.ipc.MessageReader.open_stream(file)]


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_the_size_is_that_of_the_arrays_however_they_are_packed(tmp_path: Path, compression: str) -> None:
    schema, names, records = messages(tmp_path / "a.feather", compression)
    arrays = 4 * 1001 + 2 * 1000 + 4 * 1000  # places and letters of texts, places of names
    assert unpacked_size(schema) == 0
    assert 4 * 3 + 3 <= unpacked_size(names) < 4 * 3 + 3 + 100
    assert arrays <= unpacked_size(records) < arrays + 100
    assert compression == "uncompressed" or records.body.size < arrays


def test_damaged_messages_are_values_that_are_wrong(tmp_path: Path) -> None:
    [*_, records] = messages(tmp_path / "a.feather", "zstd")
    whole = records.metadata.to_pybytes()

    class Damaged:
        body = records.body

    for end in range(0, len(whole) // 2, 7):
        Damaged.metadata = pyarrow.py_buffer(whole[:end])
        with pytest.raises(ValueError, match="a message cannot be read"):
            unpacked_size(Damaged)
