"""Batches in several threads."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from codequest.teachers.threads import as_they_come
from tests.teachers.counting import CountingTeacher, vector_of

BATCHES = [[number] for number in range(10)]


def vector(batch: list[int]) -> np.ndarray:
    return np.full((1, 2), batch[0], dtype=np.float32)


@pytest.mark.parametrize("threads", [1, 3, 20])
def test_every_batch_comes_with_its_vectors_or_as_skipped(threads: int) -> None:
    stopped: list[int] = []
    come = list(
        as_they_come(
            vector, BATCHES, threads=threads, skip=lambda batch: batch[0] in {0, 4, 5}, stop=lambda: stopped.append(1)
        )
    )
    assert sorted(batch for batch, _ in come) == BATCHES
    assert {batch[0] for batch, vectors in come if vectors is None} == {0, 4, 5}
    assert all(vectors is None or vectors[0, 0] == batch[0] for batch, vectors in come)
    assert stopped == []


def test_whoever_takes_no_more_stops_the_others() -> None:
    begun: list[int] = []
    release = threading.Event()

    def embed(batch: list[int]) -> np.ndarray:
        begun.append(batch[0])
        assert batch[0] == 0 or release.wait(30)
        return vector(batch)

    coming = as_they_come(embed, BATCHES, threads=2, skip=lambda _: False, stop=release.set)
    assert next(coming)[0] == [0]
    coming.close()
    assert release.is_set()
    assert set(begun) <= {0, 1}


def test_a_failure_comes_after_what_was_under_way() -> None:
    together = threading.Barrier(3)

    def embed(batch: list[int]) -> np.ndarray:
        together.wait(30)
        if batch[0] == 1:
            raise ValueError("batch one")
        return vector(batch)

    # No fourth batch: begun before the failure is seen, it would wait for two others.
    coming = as_they_come(embed, BATCHES[:3], threads=3, skip=lambda _: False, stop=lambda: None)
    assert sorted(next(coming)[0][0] for _ in range(2)) == [0, 2]
    with pytest.raises(ValueError, match="batch one"):
        next(coming)


def test_a_teacher_embeds_and_reports_the_same_in_threads() -> None:
    teacher = CountingTeacher()
    teacher.max_texts, teacher.concurrency = 2, 4
    texts = [f"text {number}" for number in range(9)]
    reported: list[tuple[int, int]] = []
    vectors = teacher.encode_queries(texts, progress=lambda _, done, total: reported.append((done, total)))
    np.testing.assert_allclose(vectors, [vector_of("query" + text) for text in texts], rtol=1e-6)
    assert [done for done, _ in reported] == sorted(done for done, _ in reported)
    assert (len(reported), reported[-1]) == (5, (9, 9))
