from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.space import EmbeddingSpace

MPNET = EmbeddingSpace(
    teacher="sentence-transformers/all-mpnet-base-v2",
    revision="e8c3b32edf5434bc2275fc9bab85f82640a19130",
    dim=768,
    pooling="mean",
    max_tokens=384,
)
CHANGES: list[dict[str, Any]] = [
    {"teacher": "sentence-transformers/all-MiniLM-L6-v2"},
    {"revision": None},
    {"dim": 384},
    {"normalized": False},
    {"pooling": "cls"},
    {"query_prompt": "query: "},
    {"document_prompt": "passage: "},
    {"max_tokens": 512},
]


def test_the_fingerprint_never_changes_between_versions() -> None:
    assert MPNET.fingerprint == "a093f81688f0614f"
    assert replace(MPNET).fingerprint == MPNET.fingerprint


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_any_attribute_changes_the_fingerprint_and_is_named_by_check(change: dict[str, Any]) -> None:
    other = replace(MPNET, **change)
    name, value = next(iter(change.items()))
    assert other.fingerprint != MPNET.fingerprint
    with pytest.raises(SpaceMismatchError, match=f"{name} {getattr(MPNET, name)!r} against {value!r}") as caught:
        MPNET.check(other, context="This index cannot be searched")
    message = str(caught.value)
    assert message.startswith("This index cannot be searched: ")
    assert MPNET.fingerprint in message
    assert other.fingerprint in message


def test_check_accepts_an_equal_space() -> None:
    equal = replace(MPNET)
    MPNET.check(equal)
    assert equal.fingerprint == MPNET.fingerprint


def test_prompts_belong_to_sides() -> None:
    space = replace(MPNET, query_prompt="query: ", document_prompt="passage: ")
    assert (space.prompt("query"), space.prompt("document")) == ("query: ", "passage: ")


def test_to_dict_and_from_dict_are_inverse() -> None:
    space = replace(MPNET, query_prompt="Instruct: find\nQuery: ")
    assert EmbeddingSpace.from_dict(space.to_dict()) == space


@pytest.mark.parametrize("dim", [0, -1, 1.5, "768", True, None])
def test_dim_must_be_a_positive_integer(dim: Any) -> None:
    with pytest.raises(InvalidInputError, match="dim of an embedding space is a positive integer"):
        EmbeddingSpace(teacher="t", dim=dim)


@pytest.mark.parametrize("teacher", ["", None, 3])
def test_teacher_must_be_an_id(teacher: Any) -> None:
    with pytest.raises(InvalidInputError, match="needs the id of its teacher"):
        EmbeddingSpace(teacher=teacher, dim=3)


def test_unknown_pooling_lists_the_choices() -> None:
    with pytest.raises(InvalidInputError, match="Unknown pooling 'max'; expected one of mean, cls, last, unknown"):
        EmbeddingSpace(teacher="t", dim=3, pooling="max")  # type: ignore[arg-type]


def test_from_dict_names_unknown_and_missing_keys() -> None:
    with pytest.raises(InvalidInputError, match=r"unknown keys \['size'\], missing keys \['dim'\]"):
        EmbeddingSpace.from_dict({"teacher": "t", "size": 3})


def test_str_names_dim_teacher_and_fingerprint() -> None:
    assert str(MPNET) == f"the 768-d space of sentence-transformers/all-mpnet-base-v2 (fingerprint {MPNET.fingerprint})"


def _unit_rows(count: int, dim: int = 3) -> np.ndarray:
    vectors = np.random.default_rng(0).standard_normal((count, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


SMALL = EmbeddingSpace(teacher="t", dim=3)


@pytest.mark.parametrize("count", [0, 1, 5])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_check_vectors_accepts_unit_rows_of_any_precision(count: int, dtype: str) -> None:
    vectors = _unit_rows(count).astype(dtype)
    before = vectors.copy()
    SMALL.check_vectors(vectors)
    np.testing.assert_array_equal(vectors, before)


@pytest.mark.parametrize("shape", [(3,), (2, 4), (2, 2), (0, 4), (1, 2, 3), ()])
def test_check_vectors_names_the_shape_it_expected(shape: tuple[int, ...]) -> None:
    with pytest.raises(SpaceMismatchError, match=r"do not lie in the 3-d space of t .*: expected \(n, 3\)") as caught:
        SMALL.check_vectors(np.ones(shape, np.float32))
    assert f"Vectors of shape {shape} " in str(caught.value)


@pytest.mark.parametrize("normalized", [True, False])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_check_vectors_refuses_what_is_not_finite_in_any_space(bad: float, normalized: bool) -> None:
    vectors = _unit_rows(4)
    vectors[2, 1] = vectors[3, 0] = bad
    with pytest.raises(SpaceMismatchError, match="2 of 4 vectors hold NaN or infinity, first in row 2"):
        replace(SMALL, normalized=normalized).check_vectors(vectors)


def test_check_vectors_refuses_other_lengths_only_in_a_normalized_space() -> None:
    vectors = _unit_rows(4) * np.array([[1], [1.0009], [0.9985], [0]], dtype=np.float32)
    message = r"2 of 4 vectors are not of unit length \(row 2: 0\.9985\), but those of the 3-d space of t "
    with pytest.raises(SpaceMismatchError, match=message):
        SMALL.check_vectors(vectors)
    replace(SMALL, normalized=False).check_vectors(vectors)


def test_public_revision_is_the_commit_and_nothing_for_a_private_folder() -> None:
    assert MPNET.public_revision == MPNET.revision == "e8c3b32edf5434bc2275fc9bab85f82640a19130"
    assert replace(MPNET, revision="sha256:0123456789abcdef").public_revision is None
    assert replace(MPNET, revision=None).public_revision is None


def test_a_space_is_immutable_and_hashable() -> None:
    with pytest.raises(AttributeError, match="cannot assign to field 'dim'"):
        MPNET.dim = 3  # type: ignore[misc]
    assert len({MPNET, replace(MPNET), replace(MPNET, dim=3)}) == 2
