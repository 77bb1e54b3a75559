"""An encoder assists with its query vectors, computed once, and by a graph where that is faster."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from codequest.backbone import choose_device, faithful_half
from codequest.teachers import CachedTeacher, cached
from codequest.training.encoder_assistant import EncoderAssistant
from tests.training.conftest import TEXTS, Build


def test_an_encoder_assists_with_its_query_vectors_which_are_computed_once(
    teacher: CachedTeacher, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path))
    encoder = build("lora")
    assistant = EncoderAssistant(teacher, encoder)
    vectors = assistant.encode_queries(TEXTS[:20])
    assert (vectors * encoder.encode(TEXTS[:20])).sum(1).min() > 0.999  # the assistant may compute in bf16
    assert np.array_equal(assistant.encode_documents(TEXTS[:5]), teacher.encode_documents(TEXTS[:5]))
    assert cached(assistant) is assistant
    embedded = Counter[str]()
    monkeypatch.setattr(encoder, "encode", lambda texts: embedded.update(texts) or encoder.embed_batch(texts))
    assert np.array_equal(assistant.encode_queries(TEXTS[:20]), vectors)
    assert not embedded
    with torch.no_grad():
        next(iter(encoder.trained_tensors().values())).add_(0.1)
    assert EncoderAssistant(teacher, encoder).variant != assistant.variant


def test_many_queries_of_an_encoder_run_as_a_graph_where_the_cpu_computes_in_bf16(
    teacher: CachedTeacher, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path))
    monkeypatch.setattr("codequest.training.encoder_assistant.WORTH_A_GRAPH", 1)
    encoder = build("lora")
    vectors = EncoderAssistant(teacher, encoder).encode_queries(TEXTS[:20])
    assert (vectors * encoder.encode(TEXTS[:20])).sum(1).min() > 0.999
    made = [path.name for path in (tmp_path / "graphs").glob("lora-openvino-bf16-*")]
    assert len(made) == (faithful_half(choose_device(None)) == "bf16")
