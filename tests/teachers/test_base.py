from pathlib import Path

import numpy as np
import pytest

from codequest.errors import TeacherError
from codequest.space import EmbeddingSpace
from codequest.teachers import LocalTeacher, VectorsTeacher, cached
from codequest.teachers.base import innermost, local_model
from tests.teachers.counting import CountingTeacher, vector_of


def test_checked_vectors_are_normalized_float32() -> None:
    teacher = CountingTeacher(dim=2)
    checked = teacher.checked_vectors(np.array([[3, 4], [0, 2]], dtype=np.float64), 2)
    assert checked.dtype == np.float32
    np.testing.assert_allclose(checked, [[0.6, 0.8], [0, 1]], rtol=1e-6)


def test_a_space_of_raw_vectors_keeps_their_lengths() -> None:
    space = EmbeddingSpace(teacher="raw", dim=2, normalized=False)
    teacher = VectorsTeacher(space, queries=(["a"], np.array([[3.0, 4.0]])))
    np.testing.assert_array_equal(teacher.encode_queries(["a"]), [[3, 4]])


@pytest.mark.parametrize(
    ("vectors", "count", "message"),
    [
        (np.ones((2, 3)), 2, r"counting returned vectors of shape \(2, 3\), expected \(2, 8\)"),
        (np.ones((3, 8)), 2, r"shape \(3, 8\), expected \(2, 8\)"),
        (np.ones(8), 1, r"shape \(8,\), expected \(1, 8\)"),
        (np.array([[np.nan] * 8, [1] * 8]), 2, "NaN or infinity for 1 of 2 texts.*load it in fp32"),
        (np.full((2, 8), np.inf), 2, "NaN or infinity for 2 of 2 texts"),
    ],
)
def test_vectors_that_cannot_be_right_are_refused(vectors: np.ndarray, count: int, message: str) -> None:
    with pytest.raises(TeacherError, match=message):
        CountingTeacher().checked_vectors(vectors, count)


def test_a_teacher_that_returns_too_few_vectors_is_refused_by_encode(monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = CountingTeacher()
    monkeypatch.setattr(teacher, "embed_batch", lambda texts, side: np.ones((len(texts) - 1, 8)))
    with pytest.raises(TeacherError, match=r"shape \(1, 8\), expected \(2, 8\)"):
        teacher.encode_queries(["a", "b"])


def test_batches_respect_both_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = CountingTeacher(batch_tokens=8)
    sizes: list[tuple[int, int]] = []
    embed = teacher.embed_batch
    monkeypatch.setattr(
        teacher,
        "embed_batch",
        lambda texts, side: (sizes.append((len(texts), max(map(len, texts)))), embed(texts, side))[1],
    )
    texts = ["x" * length for length in (1, 40, 9, 2, 11, 3)]
    assert teacher.token_counts(texts, "document") == [1, 11, 3, 1, 3, 1]
    vectors = teacher.encode_documents(texts)
    assert sizes == [(1, 40), (2, 11), (3, 3)]  # longest first; a text above the limit goes alone
    np.testing.assert_allclose(vectors, [vector_of("document" + text) for text in texts], rtol=1e-6)


def test_progress_counts_texts_by_their_share_of_the_tokens() -> None:
    reported: list[tuple[int, int]] = []
    teacher = CountingTeacher(batch_tokens=8)
    texts = ["x" * length for length in (1, 55, 9, 2, 11, 3)]  # 1, 14, 3, 1, 3 and 1 tokens
    teacher.encode_documents(texts, progress=lambda _, done, total: reported.append((done, total)))
    assert reported == [(6 * 14 // 23, 6), (6 * 20 // 23, 6), (6, 6)]


def test_a_teacher_is_told_how_much_will_come_before_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = CountingTeacher(batch_tokens=8)
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(teacher, "prepare", lambda tokens, progress: told.append((tokens, len(teacher.embedded))))
    teacher.encode_queries(["x" * 40, "x" * 9])
    teacher.encode_queries([])
    assert told == [(14, 0)]


def test_the_model_of_a_teacher_is_taken_out_of_its_caches(tiny_teacher: Path) -> None:
    model, counting = LocalTeacher(str(tiny_teacher), device="cpu"), CountingTeacher()
    assert innermost(cached(cached(model))) is model
    assert local_model(cached(model)) is model
    assert innermost(counting) is counting
    assert local_model(counting) is None
