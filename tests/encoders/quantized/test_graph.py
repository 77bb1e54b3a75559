"""The compact adaptation as a graph in the cache."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.encoders import QuantizedQueryEncoder
from codequest.encoders.quantized import graph as compact_graph
from codequest.files import cache_root
from codequest.space import EmbeddingSpace
from codequest.teachers import LocalTeacher
from tests.tiny import QUERIES

pytest.importorskip("onnxscript")
pytest.importorskip("nncf")


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))


def create(space: EmbeddingSpace, weights: Path, **options: Any) -> QuantizedQueryEncoder:
    return QuantizedQueryEncoder.create(space=space, weights=str(weights), device="cpu", **options)


@pytest.mark.parametrize("runtime", ["auto", "onnx"])
def test_a_graph_gives_the_teachers_vectors_is_made_once_and_again_when_it_is_damaged(
    runtime: Any, wide_teacher: Path, space: EmbeddingSpace
) -> None:
    expected = LocalTeacher(str(wide_teacher), device="cpu").encode_queries(QUERIES)
    encoder = create(space, wide_teacher, runtime=runtime)
    assert (encoder.runtime, encoder.precision) == ("openvino" if runtime == "auto" else runtime, "int8")
    vectors = encoder.encode(QUERIES)
    assert (vectors * expected).sum(1).min() > 0.99
    assert np.abs(vectors - expected).max() > 1e-5  # it is quantized
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compact_graph, "export_graph", None)  # would fail if it were called
        named = create(space, wide_teacher, runtime=encoder.runtime)
        np.testing.assert_array_equal(named.encode(QUERIES), vectors)
    if runtime == "onnx":
        [graph] = (cache_root() / "graphs").glob("*/model.onnx")
        graph.write_bytes(graph.read_bytes()[:-100])
        np.testing.assert_allclose(create(space, wide_teacher, runtime=runtime).encode(QUERIES), vectors, atol=1e-6)
        assert [path.name for path in (cache_root() / "graphs").iterdir()] == [graph.parent.name]
