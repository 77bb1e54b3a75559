"""Ids that come twice, in memory and in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.corpus import repeats as module
from codequest.corpus.repeats import Repeats, hash_of


@pytest.mark.parametrize("in_memory", [4, 7, 1000])
def test_those_that_come_twice_are_found_wherever_they_are(
    tmp_path: Path, in_memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", in_memory)
    repeats = Repeats(tmp_path)
    for name in [*map(str, range(100)), "0", "57", "57", "99"]:
        repeats.add(name)
    assert repeats.hashes() == {hash_of("0"), hash_of("57"), hash_of("99")}
    assert len(list(tmp_path.iterdir())) == 104 // in_memory


def test_of_different_ids_there_are_none(tmp_path: Path) -> None:
    repeats = Repeats(tmp_path)
    assert repeats.hashes() == set()
    for number in range(50):
        repeats.add(str(number))
    assert repeats.hashes() == set()
