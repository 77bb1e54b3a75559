"""Damage in the full-text index is found before tantivy reads it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codequest.search.store.segments import refuse_damaged
from codequest.search.store.words import WORDS_FOLDER, WordWriter


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for numbers in (range(40), range(40, 50)):
        writer = WordWriter(tmp_path)
        writer.remove([3, 44])
        writer.add(list(numbers), (f"parse a date {number}" for number in numbers))
        writer.commit()
        writer.close()
    return tmp_path / WORDS_FOLDER


def segment_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix not in (".json", ".lock"))


def test_what_tantivy_wrote_is_whole(folder: Path) -> None:
    assert len(segment_files(folder)) >= 6
    refuse_damaged(folder)


def test_a_changed_byte_anywhere_in_a_file_is_found(folder: Path) -> None:
    for file in segment_files(folder):
        whole = file.read_bytes()
        for position in {0, max(0, len(whole) - 200) // 2, len(whole) - 12, len(whole) - 6, len(whole) - 1}:
            broken = bytearray(whole)
            broken[position] ^= 0x55
            file.write_bytes(broken)
            os.utime(file, ns=(0, position))  # another state, whatever the grain of the clock
            with pytest.raises(ValueError, match=f"{file.name} is damaged"):
                refuse_damaged(folder)
        for cut in (b"", whole[:5], whole[:-1], whole[:-100]):
            file.write_bytes(cut)
            with pytest.raises(ValueError, match="is damaged"):
                refuse_damaged(folder)
        file.write_bytes(whole)
        os.utime(file, ns=(0, 10**15))
        refuse_damaged(folder)


def test_files_that_the_index_does_not_name_are_not_read(folder: Path) -> None:
    (folder / f"{'0' * 32}.store").write_bytes(b"left by a killed run")
    refuse_damaged(folder)


@pytest.mark.parametrize("meta", [b"", b"{", b"[]", b"{}", b'{"segments": 7}', b'{"segments": [{"segment_id": 7}]}'])
def test_a_damaged_list_of_segments_is_no_index(folder: Path, meta: bytes) -> None:
    (folder / "meta.json").write_bytes(meta)
    with pytest.raises(ValueError, match=r"[Ee]xpected|truncated|malformed|missing"):
        refuse_damaged(folder)
