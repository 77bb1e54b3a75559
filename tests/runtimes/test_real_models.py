"""Every kind of encoder, every runtime and every precision on the real models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.encoders import QuantizedQueryEncoder, QueryEncoder
from codequest.errors import PrecisionNotSupportedError
from codequest.runtimes import PARITY_QUERIES
from codequest.teachers import LocalTeacher

pytest.importorskip("onnxscript")
pytest.importorskip("nncf")
QUERIES = [f"{query} and explain why" for query in PARITY_QUERIES[::4]]  # not those of the gate
LEAST = {"fp32": 0.9999, "bf16": 0.998, "int8": 0.99}


def source(name: str) -> tuple[QueryEncoder, Any]:
    """An encoder, and the vectors that its graph should give."""
    if name != "teacher":
        encoder = QueryEncoder.from_pretrained(name, device="cpu")
        return encoder, encoder.encode(QUERIES)
    teacher = LocalTeacher("sentence-transformers/all-mpnet-base-v2", device="cpu")
    quantized = QuantizedQueryEncoder.create(space=teacher.space, precision="int8", runtime="torch", device="cpu")
    return quantized, teacher.encode_queries(QUERIES)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", "bf16", "int8"])
@pytest.mark.parametrize("runtime", ["onnx", "openvino"])
@pytest.mark.parametrize("name", ["minilm-lora", "minilm-l3-lora", "minilm-projection", "static", "teacher"])
def test_the_graph_gives_the_encoders_vectors(name: str, runtime: Any, precision: Any, tmp_path: Path) -> None:
    encoder, expected = source(name)
    try:
        folder = encoder.export(tmp_path / "out", runtime=runtime, precision=precision)
    except PrecisionNotSupportedError as error:
        assert precision == "bf16"
        pytest.skip(str(error))
    loaded = QueryEncoder.from_pretrained(folder)
    assert (loaded.encode(QUERIES) * expected).sum(1).min() > LEAST[precision]
    np.testing.assert_allclose(np.linalg.norm(loaded.encode(QUERIES), axis=1), 1, atol=1e-5)
