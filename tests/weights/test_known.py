"""The table of known models: every fact has a source, and every model of which nothing is known is left out."""

from __future__ import annotations

import pytest

from codequest.weights import known_models

MODELS = sorted(known_models())


@pytest.mark.parametrize("model_id", MODELS)
def test_every_fact_has_one_source(model_id: str) -> None:
    known = known_models()[model_id]
    facts = {name for name in known.__slots__ if name != "sources" and getattr(known, name) is not None}
    assert set(known.sources) == facts
    assert all(len(source) > 10 for source in known.sources.values())


@pytest.mark.parametrize("model_id", MODELS)
def test_the_facts_fit_together(model_id: str) -> None:
    known = known_models()[model_id]
    assert known.pooling in (None, "mean", "cls", "last")
    if isinstance(known.mrl, tuple):
        assert known.mrl == tuple(sorted(known.mrl))
        assert known.mrl[-1] == known.dim
    if known.query_template:
        assert known.query_prompt is None
        assert "{task}" in known.query_template


def test_some_facts_verbatim() -> None:
    jina = known_models()["jinaai/jina-code-embeddings-0.5b"]
    assert (jina.dim, jina.pooling, jina.mrl) == (896, "last", (64, 128, 256, 512, 896))
    assert jina.query_prompt == "Find the most relevant code snippet given the following query:\n"
    assert jina.document_prompt == "Candidate code snippet:\n"
    assert known_models()["Qwen/Qwen3-Embedding-8B"].query_template == "Instruct: {task}\nQuery:"
    assert known_models()["nomic-ai/CodeRankEmbed"].pooling is None  # two sources differ
    assert len(MODELS) >= 29
