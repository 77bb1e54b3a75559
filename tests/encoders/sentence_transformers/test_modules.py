"""Models as modules of sentence-transformers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.encoders import LoRAQueryEncoder
from codequest.space import EmbeddingSpace
from tests.encoders.conftest import disturb
from tests.tiny import QUERIES, build_model

pytest.importorskip("sentence_transformers")

pytestmark = pytest.mark.usefixtures("modules_of_folders")


@pytest.mark.parametrize(
    "model",
    [
        {"architecture": "qwen3", "pooling": "lasttoken", "padding_side": "left", "dense": 24},
        {"architecture": "mpnet", "pooling": "cls", "lower_case": True},
        {"max_tokens": 7},
    ],
)
def test_pooling_padding_dense_layers_lower_case_and_truncation_are_kept(
    model: dict[str, Any], tmp_path: Path, space: EmbeddingSpace
) -> None:
    from sentence_transformers import SentenceTransformer

    base = build_model(tmp_path / "base", **model)
    encoder = LoRAQueryEncoder.create(str(base), space=space, rank=2, map="mlp", device="cpu")
    disturb(encoder)
    folder = encoder.export(tmp_path / "out", runtime="sentence-transformers")
    queries = [*QUERIES, "SORT a List"]
    loaded = SentenceTransformer(str(folder), device="cpu")
    np.testing.assert_allclose(loaded.encode(queries), encoder.encode(queries), atol=1e-5)


def test_a_part_of_the_bases_layers_is_kept(tmp_path: Path, tiny_base: Path, space: EmbeddingSpace) -> None:
    from sentence_transformers import SentenceTransformer

    encoder = LoRAQueryEncoder.create(str(tiny_base), space=space, layers=1, rank=2, device="cpu")
    folder = encoder.export(tmp_path / "out", runtime="sentence-transformers")
    assert json.loads((folder / "config.json").read_text(encoding="utf-8"))["num_hidden_layers"] == 1
    loaded = SentenceTransformer(str(folder), device="cpu")
    np.testing.assert_allclose(loaded.encode(QUERIES), encoder.encode(QUERIES), atol=1e-5)
