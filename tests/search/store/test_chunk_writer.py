"""One writer at a time, and what it leaves."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from codequest.errors import CodeIndexError
from codequest.search.chunking.chunks import Chunk
from codequest.search.store import ChunkStore


def chunk(number: int) -> Chunk:
    return Chunk(
        path="code.py", language="python", kind="window", symbol="", start_line=number, end_line=number, text="x" * 50
    )


def test_leaving_without_finishing_changes_nothing_that_is_read(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    with store.begin({}, dim=2) as writer:
        writer.add([chunk(1)], np.ones((1, 2), np.float32), tier="teacher")
        versions = writer.finish()
    with store.begin(versions, dim=2) as writer:
        writer.add([chunk(2)], np.ones((1, 2), np.float32), tier="teacher")
    assert store.tables(versions, dim=2).counts(versions["generation"]) == (1, {"window": 1})
    assert len(store.words(versions)) == 1
    with store.begin(versions, dim=2) as writer:  # and the next one is not locked out
        assert writer.tier_counts() == {"light": 0, "teacher": 1}


_FULL = """
import resource, sys
from pathlib import Path
import numpy as np
from codequest.errors import CodeIndexError
from codequest.search.store import ChunkStore
from tests.search.store.test_chunk_writer import chunk
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    with ChunkStore(Path(sys.argv[1])).begin({"store": 1, "generation": 1}, dim=2) as writer:
        writer.add([chunk(number) for number in range(2000)], np.ones((2000, 2), np.float32), tier="teacher")
        writer.finish()
except CodeIndexError as error:
    print(error)
"""


@pytest.mark.parametrize("largest", [500, 15_000, 100_000, 200_000])
def test_a_full_disk_is_an_error_of_ours(tmp_path: Path, largest: int) -> None:
    store = ChunkStore(tmp_path)
    with store.begin({}, dim=2) as writer:
        writer.add([chunk(1)], np.ones((1, 2), np.float32), tier="teacher")
        versions = writer.finish()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    command = [sys.executable, "-c", _FULL, str(tmp_path), str(largest)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": "."})
    assert "cannot be written" in ran.stdout
    assert "as it was before is intact" in ran.stdout
    assert store.tables(versions, dim=2).counts(1) == (1, {"window": 1})


def test_vectors_of_another_tier_come_later_and_leave_the_words_alone(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    light, teacher = np.eye(2, dtype=np.float32), -np.eye(2, dtype=np.float32)
    with store.begin({}, dim=2) as writer:
        ids = writer.add([chunk(1), chunk(2)], light, tier="light")
        first = writer.finish()
        words = sorted(path.name for path in (store.place(first) / "words").iterdir())
        assert (writer.tier_counts(), writer.without("teacher")) == ({"light": 2, "teacher": 0}, ids)
        writer.give(ids[1:], teacher[1:], tier="teacher")
        second = writer.finish()  # a writer goes on from what it has finished
    assert (first["generation"], second["generation"]) == (1, 2)
    with store.begin(second, dim=2) as writer:
        assert writer.without("teacher") == ids[:1]
        writer.give(ids[:1], teacher[:1], tier="teacher")
    (store.place(first) / "words" / "meta.json").touch()
    assert words == sorted(path.name for path in (store.place(first) / "words").iterdir())
    tables = store.tables(second, dim=2)
    assert [tables.slots(generation, "teacher") for generation in (1, 2)] == [[], [(2, 0)]]


def test_damaged_words_are_an_error_of_ours(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    with store.begin({}, dim=2) as writer:
        versions = writer.finish()
    (store.place(versions) / "words" / "meta.json").write_text("{")
    with store.begin(versions, dim=2) as writer, pytest.raises(CodeIndexError, match="cannot be written"):
        writer.add([chunk(1)], np.ones((1, 2), np.float32), tier="light")
