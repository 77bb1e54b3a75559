"""Rows of chunks and files by generation."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from codequest.search.store.tables import TABLES_FILE, ChunkTables


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[ChunkTables]:
    opened = ChunkTables(tmp_path, dim=3, writing=True)
    yield opened
    opened.close()


def chunk(path: str, line: int, kind: str = "function") -> tuple[object, ...]:
    return (path, "python", kind, "", line, line, "", "", f"text {line}")


def file(path: str, size: int) -> dict[str, object]:
    state = {"size": size, "modified": 2**62, "changed": 2**63 - 1, "inode": 5}
    return {"path": path, **state, "digest": "ab", "language": "python", "skipped": ""}


def lines(tables: ChunkTables, generation: int) -> list[int]:
    return [start for part in tables.chunks(generation) for *_, start, _ in part]


def test_each_generation_has_its_chunks(tables: ChunkTables) -> None:
    assert tables.add([chunk("a.py", 1), chunk("b.py", 2, "class")], born=1) == [1, 2]
    tables.bury({"a.py"}, died=2)
    assert tables.add([chunk("a.py", 3)], born=2) == [3]
    assert [lines(tables, generation) for generation in (0, 1, 2, 3)] == [[], [1, 2], [2, 3], [2, 3]]
    assert tables.counts(1) == (2, {"class": 1, "function": 1})
    assert tables.texts([3, 1, 99]) == {1: "text 1", 3: "text 3"}
    assert [number for number, _ in tables.copied(2)] == [2, 3]


def test_what_a_killed_run_did_is_undone_and_no_id_comes_twice(tables: ChunkTables) -> None:
    tables.add([chunk("a.py", 1), chunk("b.py", 2)], born=1)
    tables.bury({"a.py"}, died=2)
    tables.add([chunk("a.py", 3)], born=2)
    gone = tables.settle(1)
    assert (gone, lines(tables, 1), lines(tables, 2)) == ([3], [1, 2], [1, 2])
    tables.delete(gone)
    assert tables.add([chunk("c.py", 4)], born=2) == [4]
    tables.bury({"b.py"}, died=2)
    assert (tables.settle(2), lines(tables, 2)) == ([2], [1, 4])


def test_a_chunk_has_a_vector_of_each_tier_from_a_generation_on(tables: ChunkTables) -> None:
    tables.add([chunk("a.py", 1), chunk("b.py", 2), chunk("c.py", 3)], born=1)
    tables.place([1, 2, 3], "light", slot=0, born=1)
    tables.place([3, 1], "teacher", slot=5, born=2)
    assert tables.slots(2, "light") == [(1, 0), (2, 1), (3, 2)]
    assert (tables.slots(1, "teacher"), tables.slots(2, "teacher")) == ([], [(1, 6), (3, 5)])
    assert tables.without(1, "teacher") == [(1, "a.py", "function"), (2, "b.py", "function"), (3, "c.py", "function")]
    assert tables.without(2, "teacher") == [(2, "b.py", "function")]
    assert tables.rows([3, 9]) == {3: chunk("c.py", 3)}
    assert tables.vector_counts(1) == {"light": (3, 3), "teacher": (0, 7)}
    tables.bury({"a.py"}, died=3)
    assert tables.vector_counts(3) == {"light": (2, 3), "teacher": (1, 7)}
    assert tables.without(3, "teacher") == [(2, "b.py", "function")]
    tables.settle(1)  # a run that was killed before its generation counted
    assert (tables.slots(9, "teacher"), len(tables.without(1, "teacher"))) == ([], 3)
    tables.delete([2])
    assert tables.slots(1, "light") == [(1, 0), (3, 2)]


def test_files_that_stay_are_not_written_again(tables: ChunkTables) -> None:
    tables.replace_files([file("a.py", 1), file("b.py", 2)], born=1)
    tables.replace_files([file("b.py", 2), file("c.py", 3)], born=2)
    assert tables.files(1) == [file("a.py", 1), file("b.py", 2)]
    assert tables.files(2) == [file("b.py", 2), file("c.py", 3)]
    tables.settle(2)
    assert tables.files(1) == [file("b.py", 2)]


def test_files_may_be_changed_one_by_one(tables: ChunkTables) -> None:
    tables.replace_files([file("a.py", 1), file("b.py", 2), file("c.py", 3)], born=1)
    tables.replace_watched([(".", 1, 2, 3, 4), ("src", 1, 2, 3, 5)], born=1)
    tables.change_files([file("b.py", 5), file("d.py", 4)], ["a.py"], born=2)
    tables.replace_watched([(".", 1, 2, 3, 4), ("src", 9, 2, 3, 5)], born=2)
    assert tables.files(1) == [file("a.py", 1), file("b.py", 2), file("c.py", 3)]
    assert tables.files(2) == [file("c.py", 3), file("b.py", 5), file("d.py", 4)]
    assert tables.files(2, {"d.py", "a.py"}) == [file("d.py", 4)]
    assert [row[:2] for row in tables.states(2, "files")] == [("c.py", 3), ("b.py", 5), ("d.py", 4)]
    assert tables.states(1, "watched") == [(".", 1, 2, 3, 4), ("src", 1, 2, 3, 5)]
    assert tables.states(2, "watched") == [(".", 1, 2, 3, 4), ("src", 9, 2, 3, 5)]
    tables.settle(1)
    assert [row["path"] for row in tables.files(2)] == ["a.py", "b.py", "c.py"]
    assert tables.states(2, "watched")[1] == ("src", 1, 2, 3, 5)


def test_chunks_are_counted_by_their_files(tables: ChunkTables) -> None:
    tables.add([chunk("a.py", 1), chunk("b.py", 2), chunk("a.py", 3)], born=1)
    tables.place([3], "teacher", slot=0, born=1)
    assert tables.counts_of(["a.py", "c.py"]) == ({"function": 2}, 1)
    tables.bury({"a.py"}, died=2)
    assert (tables.changes(1), tables.changes(2), tables.changes(0)) == (([1, 2, 3], []), ([], [1, 3]), ([], []))
    assert [row[:2] for row in tables.listed([3, 2])] == [(2, "b.py"), (3, "a.py")]
    assert tables.counts_of(["a.py"]) == ({}, 0)


def test_nothing_is_seen_before_it_is_committed(tables: ChunkTables, tmp_path: Path) -> None:
    tables.commit()
    tables.add([chunk("a.py", 1)], born=1)
    reader = ChunkTables(tmp_path)
    assert list(reader.chunks(1)) == []
    tables.commit()
    assert lines(reader, 1) == [1]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.bury({"a.py"}, died=2)


def test_a_commit_that_was_killed_is_undone_by_whoever_reads_first(tables: ChunkTables, tmp_path: Path) -> None:
    tables.add([chunk("a.py", number) for number in range(2000)], born=1)
    tables.commit()
    tables.close()
    before, killed = (tmp_path / TABLES_FILE).read_bytes(), tmp_path / "killed"
    killed.mkdir()
    with contextlib.closing(sqlite3.connect(tmp_path / TABLES_FILE)) as writer:
        writer.execute("PRAGMA cache_size = 1")  # so that pages are written before the commit
        writer.execute("UPDATE texts SET text = 'torn'")
        for path in (tmp_path / TABLES_FILE, tmp_path / f"{TABLES_FILE}-journal"):
            shutil.copy(path, killed)
    assert b"torn" in (killed / TABLES_FILE).read_bytes()
    reader = ChunkTables(killed)
    assert reader.texts([1, 200]) == {1: "text 0", 200: "text 199"}
    assert ((killed / TABLES_FILE).read_bytes(), len(list(killed.iterdir()))) == (before, 1)


def test_tables_that_are_not_there_are_not_made(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        ChunkTables(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_tables_of_vectors_of_another_length_are_refused(tables: ChunkTables, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="its vectors have 3 dimensions, 4 were expected"):
        ChunkTables(tmp_path, dim=4)


@pytest.mark.parametrize(("column", "value"), [("slot", "'x'"), ("slot", "-1"), ("path", "x'00'"), ("symbol", "NULL")])
def test_values_of_another_type_are_refused(tables: ChunkTables, tmp_path: Path, column: str, value: str) -> None:
    tables.add([chunk("a.py", 1)], born=1)
    tables.place([1], "light", slot=0, born=1)
    tables.commit()
    tables.close()
    with sqlite3.connect(tmp_path / "chunks.sqlite") as database:
        database.execute(f"UPDATE {'vectors' if column == 'slot' else 'chunks'} SET {column} = {value}")
    with pytest.raises(ValueError, match="Expected"):
        [ChunkTables(tmp_path).slots(1, "light"), *ChunkTables(tmp_path).chunks(1)]
