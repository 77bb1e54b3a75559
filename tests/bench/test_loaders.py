"""Every loader gives the vectors of what it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest import QuantizedQueryEncoder, QueryEncoder, load_teacher
from codequest.bench import loaders
from codequest.bench.competitors import (
    Competitor,
    adapter_competitor,
    bare_competitor,
    quantized_competitor,
    teacher_competitor,
)
from codequest.lazy import load
from tests.tiny import QUERIES, build_model


def vectors(competitor: Competitor) -> Any:
    """As a worker gets them."""
    return load(competitor.loader)(competitor.source, **competitor.options)(QUERIES)


@pytest.fixture(scope="module")
def prompted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prompts = {"query": "search: ", "document": "the file: "}
    return build_model(tmp_path_factory.mktemp("models") / "prompted", seed=3, hidden=64, prompts=prompts)


def test_a_teacher_embeds_queries_and_documents_with_their_prompts(prompted: Path) -> None:
    model = load_teacher(str(prompted))
    np.testing.assert_allclose(vectors(teacher_competitor(str(prompted))), model.encode_queries(QUERIES), atol=1e-6)
    found = loaders.documents(str(prompted))(QUERIES)
    np.testing.assert_allclose(found, model.encode_documents(QUERIES), atol=1e-6)
    assert np.abs(found - model.encode_queries(QUERIES)).max() > 0.01


def test_an_adapter_is_loaded_from_its_folder(adapter: Path) -> None:
    expected = QueryEncoder.from_pretrained(adapter).encode(QUERIES)
    np.testing.assert_array_equal(vectors(adapter_competitor("light", str(adapter))), expected)


def test_a_quantized_teacher_has_the_precision_that_was_asked_for(prompted: Path) -> None:
    compact = quantized_competitor("compact", "nf4", teacher=teacher_competitor(str(prompted)))
    space = load_teacher(str(prompted)).space
    expected = QuantizedQueryEncoder.create(space=space, precision="nf4", weights=str(prompted), device="cpu")
    found, full = vectors(compact), load_teacher(str(prompted)).encode_queries(QUERIES)
    np.testing.assert_allclose(found, expected.encode(QUERIES), atol=1e-6)
    assert 0.9 < (found * full).sum(1).min() < 1 - 1e-6


def test_a_bare_graph_gives_what_its_encoder_gives(prompted: Path, tmp_path: Path) -> None:
    """With the prompt that the encoder puts before every query."""
    pytest.importorskip("openvino")
    space = load_teacher(str(prompted)).space
    encoder = QuantizedQueryEncoder.create(
        space=space, precision="int8", runtime="torch", weights=str(prompted), device="cpu"
    )
    exported = adapter_competitor("light", str(encoder.export(tmp_path / "exported", runtime="openvino")))
    np.testing.assert_allclose(vectors(bare_competitor(exported)), vectors(exported), atol=1e-6)
