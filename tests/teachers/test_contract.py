"""What every teacher promises, whatever it computes with."""

from pathlib import Path

import numpy as np
import pytest

from codequest.errors import InvalidInputError
from codequest.teachers import CachedTeacher, Teacher
from tests.teachers.conftest import DOCUMENTS, STRANGE, Case
from tests.tiny import QUERIES


def test_vectors_are_unit_rows_of_the_space_in_float32(case: Case) -> None:
    for vectors in (case.teacher.encode_queries(QUERIES), case.teacher.encode_documents(DOCUMENTS)):
        assert vectors.dtype == np.float32
        assert vectors.shape[1] == case.teacher.space.dim == 32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_vectors_are_those_of_sentence_transformers_with_its_prompts(case: Case, prompted_teacher: Path) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(prompted_teacher), device="cpu")
    tolerance = max(case.tolerance, 1e-5)
    queries, documents = case.teacher.encode_queries(QUERIES), case.teacher.encode_documents(DOCUMENTS)
    np.testing.assert_allclose(queries, reference.encode_query(QUERIES), atol=tolerance)
    np.testing.assert_allclose(documents, reference.encode_document(DOCUMENTS), atol=tolerance)
    assert np.abs(queries - reference.encode(QUERIES)).max() > 0.05  # without its prompt a query is elsewhere


@pytest.mark.parametrize("size", [1, 2, 5])
def test_batch_size_changes_nothing(case: Case, size: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    expected = case.teacher.encode_queries(QUERIES)
    monkeypatch.setattr(Teacher, "max_texts", size)
    teacher = case.teacher
    if isinstance(teacher, CachedTeacher):
        teacher = CachedTeacher(teacher.teacher, tmp_path / "another.sqlite")
    np.testing.assert_allclose(teacher.encode_queries(QUERIES), expected, atol=case.tolerance)


def test_order_is_kept_and_a_text_alone_gives_its_row(case: Case) -> None:
    vectors = case.teacher.encode_queries(QUERIES)
    backwards = case.teacher.encode_queries(QUERIES[::-1])
    np.testing.assert_allclose(backwards[::-1], vectors, atol=case.tolerance)
    for row, query in zip(vectors, QUERIES, strict=True):
        np.testing.assert_allclose(case.teacher.encode_queries([query])[0], row, atol=case.tolerance)
    distinct = vectors[:-1] @ vectors[:-1].T - np.eye(len(QUERIES) - 1)
    assert distinct.max() < 0.999  # rows of different texts can be told apart


def test_no_texts_give_no_rows(case: Case) -> None:
    assert case.teacher.encode_queries([]).shape == (0, 32)
    assert case.teacher.encode_documents([]).shape == (0, 32)


def test_queries_and_documents_have_their_own_prompt(case: Case) -> None:
    text = "lone � surrogate"
    query, document = case.teacher.encode_queries([text]), case.teacher.encode_documents([text])
    assert np.abs(query - document).max() > 0.01
    assert (case.teacher.space.query_prompt, case.teacher.space.document_prompt) == ("search: ", "the file: ")


def test_what_is_no_text_is_refused(case: Case) -> None:
    with pytest.raises(InvalidInputError, match=r"queries\[1\] must be a string, got int: 7"):
        case.teacher.encode_queries(["read file", 7])  # type: ignore[list-item]
    with pytest.raises(InvalidInputError, match=r"documents\[0\] must be a string, got NoneType"):
        case.teacher.encode_documents([None])  # type: ignore[list-item]
    with pytest.raises(InvalidInputError, match="queries must be a list of strings, got str"):
        case.teacher.encode_queries("read file")


@pytest.mark.parametrize("empty", ["", " ", "\n\t"])
def test_an_empty_query_is_refused(case: Case, empty: str) -> None:
    with pytest.raises(InvalidInputError, match=r"queries\[1\] is empty or only whitespace"):
        case.teacher.encode_queries(["read file", empty])


def test_nul_and_lone_surrogates_are_read_as_replacement_characters(case: Case) -> None:
    for encode in (case.teacher.encode_queries, case.teacher.encode_documents):
        np.testing.assert_allclose(encode(list(STRANGE)), encode(list(STRANGE.values())), atol=case.tolerance)


def test_progress_ends_with_all_texts(case: Case) -> None:
    reported: list[tuple[str, int, int]] = []
    case.teacher.encode_documents(DOCUMENTS, progress=lambda *now: reported.append(now))
    assert reported[-1] == ("teacher embeds documents", len(DOCUMENTS), len(DOCUMENTS))
    assert [done for _, done, _ in reported] == sorted(done for _, done, _ in reported)
