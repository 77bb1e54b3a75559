import os
import signal
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from codequest.errors import CacheCorruptError, TeacherError
from codequest.files import cache_root
from codequest.space import Side
from codequest.teachers import CachedTeacher, Teacher, VectorsTeacher, cached
from tests.teachers.counting import CountingTeacher, vector_of

TEXTS = [f"text number {number}" for number in range(40)]
EXPECTED = np.stack([vector_of("query" + text) for text in TEXTS])

STOPS_IN_THE_THIRD_BATCH = """
import os, signal, sys
from codequest.teachers import CachedTeacher
from tests.teachers.counting import CountingTeacher
from tests.teachers.test_cache import TEXTS

class Mortal(CountingTeacher):
    max_texts = 8
    def embed_batch(self, texts, side):
        if len(self.embedded) == 16:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed_batch(texts, side)

CachedTeacher(Mortal(), sys.argv[1]).encode_queries(TEXTS)
"""

WRITES_WITH_OTHERS = """
import sys
import numpy as np
from codequest.teachers import CachedTeacher
from tests.teachers.counting import CountingTeacher
from tests.teachers.test_cache import EXPECTED, TEXTS

class Small(CountingTeacher):
    max_texts = 1

print("ready", flush=True)
sys.stdin.readline()
vectors = CachedTeacher(Small(), sys.argv[1]).encode_queries(TEXTS)
assert np.abs(vectors - EXPECTED).max() < 1e-6
"""


def start(script: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rows_in(path: Path) -> int:
    """How many vectors the file holds."""
    with sqlite3.connect(path) as connection:
        [count] = connection.execute("SELECT count(*) FROM vectors").fetchone()
    connection.close()
    return int(count)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vectors.sqlite"


@pytest.fixture
def filled(path: Path) -> Path:
    CachedTeacher(CountingTeacher(), path).encode_queries(TEXTS)
    return path


def test_a_second_call_embeds_nothing(path: Path) -> None:
    teacher = CountingTeacher()
    first = CachedTeacher(teacher, path).encode_queries(TEXTS)
    np.testing.assert_allclose(first, EXPECTED, atol=1e-6)
    assert len(teacher.embedded) == len(TEXTS)
    again = CachedTeacher(teacher, path)
    np.testing.assert_array_equal(again.encode_queries(TEXTS), first)
    assert len(teacher.embedded) == rows_in(path) == len(TEXTS)


def test_only_what_is_missing_is_embedded(filled: Path) -> None:
    teacher = CountingTeacher()
    vectors = CachedTeacher(teacher, filled).encode_queries(["new", TEXTS[3], "newer", TEXTS[1]])
    assert sorted(teacher.embedded) == [("query", "new"), ("query", "newer")]
    expected = [vector_of("querynew"), EXPECTED[3], vector_of("querynewer"), EXPECTED[1]]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


def test_what_is_missing_is_known_before(filled: Path) -> None:
    teacher = CountingTeacher()
    stored = CachedTeacher(teacher, filled)
    assert stored.missing(["new", TEXTS[3], "newer", "new"], "query") == ["new", "newer"]
    assert stored.missing(TEXTS[:2], "document") == TEXTS[:2]
    assert teacher.embedded == []


def test_what_is_known_comes_without_the_teacher(filled: Path) -> None:
    teacher = CountingTeacher()
    positions, vectors = CachedTeacher(teacher, filled).known(["new", TEXTS[3], TEXTS[1], TEXTS[3]], "query")
    assert (positions, teacher.embedded) == ([1, 2, 3], [])
    np.testing.assert_allclose(vectors, EXPECTED[[3, 1, 3]], atol=1e-6)
    positions, vectors = CachedTeacher(teacher, filled).known(TEXTS[:2], "document")
    assert (positions, vectors.shape) == ([], (0, teacher.space.dim))


def test_duplicates_within_a_call_are_embedded_once(path: Path) -> None:
    teacher = CountingTeacher()
    vectors = CachedTeacher(teacher, path).encode_documents(["a", "b", "a", "a"])
    assert sorted(teacher.embedded) == [("document", "a"), ("document", "b")]
    a, b = vector_of("documenta"), vector_of("documentb")
    np.testing.assert_allclose(vectors, [a, b, a, a], atol=1e-6)


def test_the_key_holds_space_side_and_text(path: Path) -> None:
    first, second = CountingTeacher(), CountingTeacher(teacher="another")
    for teacher in (first, second):
        stored = CachedTeacher(teacher, path)
        stored.encode_queries(["a", "b"])
        stored.encode_documents(["a"])
    wanted = [("document", "a"), ("query", "a"), ("query", "b")]
    assert sorted(first.embedded) == sorted(second.embedded) == wanted
    assert rows_in(path) == 6


def test_the_default_file_is_named_after_the_space(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path))
    stored = CachedTeacher(CountingTeacher())
    assert stored.path == cache_root() / "vectors" / f"{stored.space.fingerprint}.sqlite"
    assert tmp_path in stored.path.parents


def test_more_texts_than_one_select_takes(path: Path) -> None:
    texts = [str(number) for number in range(1203)]
    stored = CachedTeacher(CountingTeacher(), path)
    first = stored.encode_queries(texts)
    np.testing.assert_array_equal(stored.encode_queries(texts), first)
    np.testing.assert_allclose(first, [vector_of("query" + text) for text in texts], atol=1e-6)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_run_loses_at_most_one_batch(path: Path) -> None:
    with start(STOPS_IN_THE_THIRD_BATCH, path) as process:
        _, errors = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, errors
    assert rows_in(path) == 16  # both batches before the one that was killed
    teacher = CountingTeacher()
    np.testing.assert_allclose(CachedTeacher(teacher, path).encode_queries(TEXTS), EXPECTED, atol=1e-6)
    assert len(teacher.embedded) == len(TEXTS) - 16


def test_two_processes_may_write_one_file_at_once(path: Path) -> None:
    processes = [start(WRITES_WITH_OTHERS, path) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [(process.communicate(timeout=120)[1], process.returncode) for process in processes]
    assert [code for _, code in ends] == [0, 0], ends
    teacher = CountingTeacher()
    stored = CachedTeacher(teacher, path)
    np.testing.assert_allclose(stored.encode_queries(TEXTS), EXPECTED, atol=1e-6)
    assert (teacher.embedded, rows_in(path)) == ([], len(TEXTS))


def test_of_two_processes_the_first_to_write_decides(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = CachedTeacher(CountingTeacher(), path), CountingTeacher()
    embed = second.embed_batch

    def embed_late(texts: list[str], side: Side) -> np.ndarray:
        first.encode_queries(TEXTS)
        return embed(texts, side) + 1e-4

    monkeypatch.setattr(second, "embed_batch", embed_late)
    vectors = CachedTeacher(second, path).encode_queries(TEXTS)
    np.testing.assert_array_equal(vectors, first.encode_queries(TEXTS))


def _in_process(monkeypatch: pytest.MonkeyPatch, rank: int, processes: int) -> None:
    monkeypatch.setenv("RANK", str(rank))
    monkeypatch.setenv("WORLD_SIZE", str(processes))


@pytest.mark.parametrize("processes", [1, 2, 3, 5, 8])
def test_every_process_of_a_distributed_run_begins_with_its_own_batches(
    path: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr(Teacher, "max_texts", 8)  # 40 texts: five batches
    begun = []
    for rank in range(processes):
        _in_process(monkeypatch, rank, processes)
        teacher = CountingTeacher()
        vectors = CachedTeacher(teacher, path.with_name(f"{rank}.sqlite")).encode_queries(TEXTS)
        np.testing.assert_allclose(vectors, EXPECTED, atol=1e-6)  # alone, it does all of them, and in the order given
        assert sorted(text for _, text in teacher.embedded) == sorted(TEXTS)
        batches = [frozenset(teacher.embedded[first : first + 8]) for first in range(0, len(TEXTS), 8)]
        begun.append(batches)
    first = begun[0]
    for rank, batches in enumerate(begun):  # the same circle, entered at another place
        start = rank * len(first) // processes
        assert batches == first[start:] + first[:start]


def test_a_process_skips_the_batches_that_another_has_stored_meanwhile(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Teacher, "max_texts", 8)
    first, second = CountingTeacher(), CountingTeacher()
    embed = first.embed_batch

    def embed_while_the_second_works(texts: list[str], side: Side) -> np.ndarray:
        if not second.embedded:
            _in_process(monkeypatch, 1, 2)
            stop_after(second, 3)
            with pytest.raises(InterruptedError):
                CachedTeacher(second, path).encode_queries(TEXTS)
            _in_process(monkeypatch, 0, 2)
        return embed(texts, side)

    monkeypatch.setattr(first, "embed_batch", embed_while_the_second_works)
    _in_process(monkeypatch, 0, 2)
    reported: list[tuple[int, int]] = []
    vectors = CachedTeacher(first, path).encode_queries(
        TEXTS, progress=lambda _, done, total: reported.append((done, total))
    )
    np.testing.assert_allclose(vectors, EXPECTED, atol=1e-6)
    # The second began with the third of five batches and did three; the first did the two that were left.
    assert (len(second.embedded), len(first.embedded)) == (24, 16)
    assert not set(first.embedded) & set(second.embedded)
    assert rows_in(path) == len(TEXTS)
    assert reported == [(done, len(TEXTS)) for done in (8, 16, 24, 32, 40)]


def stop_after(teacher: CountingTeacher, batches: int) -> None:
    """Let a teacher embed so many batches and then no more."""
    embed, left = teacher.embed_batch, iter(range(batches))

    def embed_or_stop(texts: list[str], side: Side) -> np.ndarray:
        if next(left, None) is None:
            raise InterruptedError
        return embed(texts, side)

    teacher.embed_batch = embed_or_stop  # type: ignore[method-assign,assignment]


def test_cached_puts_a_cache_in_front_of_a_model_and_leaves_what_needs_none(
    path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path))
    teacher = CountingTeacher()
    stored = cached(teacher)
    assert isinstance(stored, CachedTeacher)
    assert stored.teacher is teacher
    assert stored.path == cache_root() / "vectors" / f"{teacher.space.fingerprint}.sqlite"
    assert cached(stored) is stored
    elsewhere = CachedTeacher(teacher, path)
    assert cached(elsewhere) is elsewhere
    stored = VectorsTeacher(teacher.space, queries=(TEXTS, EXPECTED))
    assert cached(stored) is stored


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.999])
def test_a_truncated_file_is_refused(filled: Path, kept: float) -> None:
    content = filled.read_bytes()
    filled.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(CacheCorruptError, match=r"vectors\.sqlite is damaged.*Delete the file"):
        CachedTeacher(CountingTeacher(), filled).encode_queries(TEXTS)


def test_a_file_that_is_no_cache_is_refused_and_left_alone(path: Path) -> None:
    path.write_bytes(b"my holiday diary, " * 400)
    with pytest.raises(CacheCorruptError, match="is damaged: file is not a database"):
        CachedTeacher(CountingTeacher(), path)
    assert path.read_bytes() == b"my holiday diary, " * 400


def test_another_database_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE vectors (something TEXT)")
    connection.close()
    with pytest.raises(TeacherError, match="cannot be used: no such column"):
        CachedTeacher(CountingTeacher(), path).encode_queries(TEXTS)


def test_a_flipped_byte_inside_a_vector_is_noticed(filled: Path) -> None:
    content = bytearray(filled.read_bytes())
    position = content.index(EXPECTED[7].tobytes()[:4])
    content[position + 1] ^= 0x10
    filled.write_bytes(content)
    with pytest.raises(CacheCorruptError, match="damaged: a stored vector does not have its checksum"):
        CachedTeacher(CountingTeacher(), filled).encode_queries(TEXTS)


def edited(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE vectors SET vector = 7", "does not have its checksum"),
        ("UPDATE vectors SET vector = 'text'", "does not have its checksum"),
        ("UPDATE vectors SET vector = NULL", "does not have its checksum"),
        ("UPDATE vectors SET vector = x'0000', checksum = 0x41d912ff", "does not have its checksum"),
        ("UPDATE vectors SET checksum = 'text'", "does not have its checksum"),
        (f"UPDATE vectors SET vector = x'{'0000c07f' * 8}', checksum = {zlib.crc32(bytes.fromhex('0000c07f' * 8))}",
         "holds NaN or infinity"),
        ("CREATE TRIGGER gone AFTER INSERT ON vectors BEGIN DELETE FROM vectors; END", "something else than a table"),
        ("CREATE VIEW other AS SELECT * FROM vectors", "something else than a table"),
    ],
)  # fmt: skip
def test_rows_of_another_kind_are_refused(filled: Path, statement: str, message: str) -> None:
    edited(filled, statement)
    with pytest.raises(CacheCorruptError, match=message):
        CachedTeacher(CountingTeacher(), filled).encode_queries(TEXTS)


def test_a_view_in_place_of_the_table_never_runs(path: Path) -> None:
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS key, i AS checksum, i AS vector"
    )
    edited(path, f"CREATE VIEW vectors AS {endless} FROM n")
    with pytest.raises(CacheCorruptError, match="something else than a table"):
        CachedTeacher(CountingTeacher(), path)


def test_a_vector_that_does_not_stay_in_the_file_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never memory that nobody filled."""
    stored = CachedTeacher(CountingTeacher(), path)
    edited(path, "CREATE TRIGGER gone AFTER INSERT ON vectors BEGIN DELETE FROM vectors; END")
    with pytest.raises(CacheCorruptError, match="40 of 40 vectors are not in it after they were written"):
        stored.encode_queries(TEXTS)


def test_a_pipe_is_no_cache(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(TeacherError, match="it is no regular file"):
        CachedTeacher(CountingTeacher(), path)


def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    with pytest.raises(TeacherError, match="cannot be created at"):
        CachedTeacher(CountingTeacher(), tmp_path / "file" / "vectors.sqlite")
    with pytest.raises(TeacherError, match="cannot be used: it is no regular file"):
        CachedTeacher(CountingTeacher(), tmp_path)


def test_a_failing_teacher_keeps_what_was_done(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Teacher, "max_texts", 8)
    teacher = CountingTeacher()
    embed = teacher.embed_batch

    def fails_later(texts: list[str], side: str) -> np.ndarray:
        return np.full((len(texts), 8), np.nan) if len(teacher.embedded) == 24 else embed(texts, side)

    monkeypatch.setattr(teacher, "embed_batch", fails_later)
    stored = CachedTeacher(teacher, path)
    with pytest.raises(TeacherError, match="NaN or infinity for 8 of 8 texts"):
        stored.encode_queries(TEXTS)
    assert rows_in(path) == 24
