"""Every family of known models, as a tiny model of its real architecture, against sentence-transformers."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.teachers import LocalTeacher
from tests.tiny import QUERIES, build_model, write_json

TEXTS = [*QUERIES, "def read(path):\n    return open(path).read()\n", "x = 1\n" * 60]
SENTENCE = "Represent this sentence for searching relevant passages: "
BGE_CODE = {"query": "<instruct>Given a question, retrieve code.\n<query>"}
GEMMA = {"query": "task: search result | query: ", "document": "title: none | text: "}
JINA = {
    "query": "Find the most relevant code snippet given the following query:\n",
    "document": "Candidate code snippet:\n",
}
QWEN = {"query": "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"}

FAMILIES: dict[str, dict[str, Any]] = {
    "all-mpnet-base": {"architecture": "mpnet"},
    "all-MiniLM": {},
    "bge, arctic-embed-m": {"pooling": "cls", "prompts": {"query": SENTENCE}},
    "e5": {"prompts": {"query": "query: ", "passage": "passage: "}},
    "multilingual-e5": {"architecture": "xlm-r", "prompts": {"query": "query: ", "passage": "passage: "}},
    "arctic-embed-l-v2.0": {"architecture": "xlm-r", "pooling": "cls", "prompts": {"query": "query: "}},
    "gte-modernbert": {"architecture": "modernbert", "pooling": "cls", "normalize": False},
    "jina-code-embeddings": {"architecture": "qwen2", "pooling": "lasttoken", "padding_side": "left", "prompts": JINA},
    "bge-code": {"architecture": "qwen2", "pooling": "lasttoken", "prompts": BGE_CODE},
    "Qwen3-Embedding": {"architecture": "qwen3", "pooling": "lasttoken", "padding_side": "left", "prompts": QWEN},
    "EmbeddingGemma": {"architecture": "gemma3", "dense": (64, 32), "activation": "Identity", "prompts": GEMMA},
}


def check(folder: Path, *, dim: int | None = None, **options: Any) -> LocalTeacher:
    """Compare every vector of both sides with sentence-transformers; the vectors are those of a truncated model too."""
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(folder), device="cpu", truncate_dim=dim)
    teacher = LocalTeacher(str(folder), device="cpu", dim=dim, **options)
    again = {"normalize_embeddings": teacher.space.normalized}
    # encode_document() of sentence-transformers 6 no longer finds a prompt under "passage", its older name.
    encode_document = partial(reference.encode, prompt_name="passage" if "passage" in reference.prompts else "document")
    sides = [(teacher.encode_queries, reference.encode_query), (teacher.encode_documents, encode_document)]
    for ours, theirs in sides:
        expected = theirs(TEXTS, **again)
        np.testing.assert_allclose(ours(TEXTS), expected, atol=2e-5 * max(1, np.abs(expected).max()))
        assert teacher.space.dim == expected.shape[1]
        assert np.abs(expected[0] - expected[1]).max() > 0.02  # texts can be told apart
    return teacher


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_gives_the_vectors_of_sentence_transformers(family: str, tmp_path: Path) -> None:
    folder = build_model(tmp_path / "model", seed=4, max_tokens=120, **FAMILIES[family])
    prompts = FAMILIES[family].get("prompts", {})
    space = check(folder).space
    assert space.query_prompt == prompts.get("query", "")
    assert space.document_prompt == prompts.get("document", prompts.get("passage", ""))


@pytest.mark.parametrize("family", ["Qwen3-Embedding", "EmbeddingGemma", "gte-modernbert", "bge, arctic-embed-m"])
def test_a_truncated_family_is_cut_before_it_is_normalized(family: str, tmp_path: Path) -> None:
    folder = build_model(tmp_path / "model", seed=4, max_tokens=120, **FAMILIES[family])
    whole, cut = check(folder), check(folder, dim=12)
    assert (cut.space.dim, whole.space.dim) == (12, 32)
    assert cut.space.fingerprint != whole.space.fingerprint
    begins = whole.encode_queries(TEXTS)[:, :12]
    if whole.space.normalized:
        begins /= np.linalg.norm(begins, axis=1, keepdims=True)
    np.testing.assert_allclose(cut.encode_queries(TEXTS), begins, atol=1e-6)


def test_a_padding_side_of_the_sentence_transformers_files_counts(tmp_path: Path) -> None:
    folder = build_model(tmp_path / "model", architecture="qwen3", pooling="lasttoken", padding_side="right")
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 40, "tokenizer_args": {"padding_side": "left"}})
    assert check(folder).backbone.tokenizer.padding_side == "left"


@pytest.mark.parametrize("add_eos", [True, False])
def test_an_end_token_is_added_where_the_files_ask_for_it(tmp_path: Path, add_eos: bool) -> None:
    from tokenizers import pre_tokenizers
    from transformers import GemmaTokenizer

    folder = build_model(tmp_path / "model", architecture="qwen3", pooling="lasttoken")
    entries = ["<pad>", "<eos>", "<bos>", "<unk>", "▁", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    vocabulary = {entry: number for number, entry in enumerate(entries)}
    (folder / "tokenizer.json").unlink()
    GemmaTokenizer(vocab=vocabulary, merges=[], add_bos_token=False).save_pretrained(folder)
    limits = {"max_seq_length": 30, "processor_kwargs": {"add_eos_token": add_eos}}
    write_json(folder / "sentence_bert_config.json", limits)
    transformer = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert transformer["vocab_size"] >= len(entries) - 3
    tokens = check(folder).backbone.tokenize(["ab", "a" * 50])["input_ids"]
    last = tokens[0][tokens[0] != 0][-1], tokens[1][-1]
    assert [int(token) == 1 for token in last] == [add_eos, add_eos]
    assert tokens.shape[1] == 30
