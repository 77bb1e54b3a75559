"""Words of chunks, found again."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.search.store.words import WORDS_FOLDER, WordSearch, WordWriter, indexed_words


def write(folder: Path, texts: dict[int, str], *, without: tuple[int, ...] = ()) -> None:
    writer = WordWriter(folder)
    writer.remove(without)
    writer.add(list(texts), texts.values())
    writer.commit()
    writer.close()


def found(folder: Path, query: str, limit: int = 10) -> list[int]:
    ids, scores = WordSearch(folder).find(query, limit=limit)
    assert sorted(scores.tolist(), reverse=True) == scores.tolist()
    assert ids.tolist() == [] or scores[-1] > 0
    return [int(number) for number in ids]


def test_chunks_are_found_by_the_stems_of_their_words(tmp_path: Path) -> None:
    write(tmp_path, {5: "parse a date", 7: "parse parse parse date date", 2**40: "connections naive the"})
    assert found(tmp_path, "parsing DATES")[0] == 7
    assert found(tmp_path, "connected") == [2**40]
    assert found(tmp_path, "naïve") == [2**40]
    assert found(tmp_path, "the") == []  # every text has it
    assert found(tmp_path, "date", limit=1) == found(tmp_path, "date")[:1]


@pytest.mark.parametrize("query", ['"', "a AND", "words:x^", "((", "+-*/", "", "[a TO b]", "\\"])
def test_a_query_is_words_and_no_language(tmp_path: Path, query: str) -> None:
    write(tmp_path, {1: "parse a date"})
    assert found(tmp_path, query) == []


def test_searches_see_what_was_committed_when_they_began(tmp_path: Path) -> None:
    write(tmp_path, {1: "alpha", 2: "beta"})
    before = WordSearch(tmp_path)
    writer = WordWriter(tmp_path)
    writer.remove([1])
    writer.add([3], ["alpha"])
    assert found(tmp_path, "alpha") == [1]
    writer.commit()
    writer.close()
    assert found(tmp_path, "alpha") == [3]
    assert before.find("alpha", limit=5)[0].tolist() == [1]
    assert (len(before), len(WordSearch(tmp_path))) == (2, 2)


def test_what_was_not_committed_is_forgotten(tmp_path: Path) -> None:
    write(tmp_path, {1: "alpha"})
    writer = WordWriter(tmp_path)
    writer.add([2], ["alpha"])
    writer.close()
    assert found(tmp_path, "alpha") == [1]


def test_symbols_count_twice() -> None:
    assert indexed_words("src/Cache.py", "Cache.loadEntry", "x = 1") == (
        "src cache py cache load entry loadentry cache load entry loadentry x 1"
    )


def test_files_that_a_killed_writer_left_unnamed_are_removed(tmp_path: Path) -> None:
    write(tmp_path, {1: "alpha"})
    left = tmp_path / WORDS_FOLDER / ".tmpAb12Cd"
    left.write_bytes(b"{")
    write(tmp_path, {2: "alpha"})
    assert not left.exists()
    assert sorted(found(tmp_path, "alpha")) == [1, 2]
