"""The vectors of an unfinished shard: what was written whole is there again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.corpus.journal import Journal

KEY = b"k" * 32
VECTORS = np.arange(12, dtype=np.float16).reshape(3, 4)


def replayed(path: Path, key: bytes = KEY) -> list[object]:
    journal = Journal(path, key, dim=4, dtype="float16")
    found = [each if isinstance(each, dict) else (each[0], each[1].tolist()) for each in journal.replay()]
    journal.close()
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    journal = Journal(tmp_path / "0.journal", KEY, dim=4, dtype="float16")
    journal.add([5, 2], VECTORS[:2])
    journal.fail({7: "why"})
    journal.add([1], VECTORS[2:])
    journal.close()
    return tmp_path / "0.journal"


WRITTEN = [([5, 2], VECTORS[:2].tolist()), {7: "why"}, ([1], VECTORS[2:].tolist())]


def test_what_was_written_is_there_again(path: Path) -> None:
    assert replayed(path) == WRITTEN
    assert replayed(path) == WRITTEN


def test_wherever_it_was_cut_off_the_whole_part_counts_and_more_can_follow(path: Path) -> None:
    content = path.read_bytes()
    seen = set()
    for end in range(len(KEY), len(content)):
        path.write_bytes(content[:end])
        journal = Journal(path, KEY, dim=4, dtype="float16")
        found = len(list(journal.replay()))
        journal.add([9], VECTORS[:1])
        journal.close()
        assert replayed(path) == [*WRITTEN[:found], ([9], VECTORS[:1].tolist())]
        seen.add(found)
    assert seen == {0, 1, 2}


def test_what_is_damaged_is_left_out(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert replayed(path) == WRITTEN[:2]


def test_a_journal_of_other_texts_is_thrown_away(path: Path) -> None:
    assert replayed(path, b"o" * 32) == []
    assert replayed(path) == []


def test_removed_it_is_gone(path: Path) -> None:
    Journal(path, KEY, dim=4, dtype="float16").remove()
    assert not path.exists()
