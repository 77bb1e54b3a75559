"""The card of an adapter: what was measured, and the mean over the parts of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from codequest import ProjectionQueryEncoder
from codequest.adapters.card import render_card
from codequest.adapters.folder import AdapterConfig
from codequest.space import EmbeddingSpace
from codequest.teachers import LocalTeacher
from tests.adapters.cards import BASE, TEACHER, metadata


def test_parts_of_a_folder_keep_their_own_results() -> None:
    measured = {"docs/go-dev": {"nDCG@10": 0.6}, "docs/php-dev": {"nDCG@10": 0.4}, "docs": {"nDCG@10": 0.5}}
    results = metadata(encoder={"base": BASE}, metrics=measured).eval_results
    assert {one.dataset_name: one.metric_value for one in results or []} == {
        "docs": 0.5,
        "docs/go-dev": 0.6,
        "docs/php-dev": 0.4,
    }


@pytest.mark.parametrize(
    ("encoder", "teacher", "base", "license"),
    [
        ({}, TEACHER, TEACHER, "apache-2.0"),
        ({"source": {"base": BASE}}, TEACHER, BASE, "apache-2.0"),
        ({"base": BASE}, "jinaai/jina-code-embeddings-0.5b", BASE, None),  # which forbids commerce
        ({"base": BASE}, "org/unknown", BASE, None),
        ({"base": "/home/me/models/mine"}, TEACHER, None, None),
        ({}, "openai:text-embedding-3-small", None, None),
    ],
)
def test_only_what_is_public_and_known_is_named(
    encoder: dict[str, Any], teacher: str, base: str | None, license: str | None
) -> None:
    data = metadata(encoder=encoder, teacher=teacher)
    assert (data.base_model, data.license) == (base, license)
    assert (data.get("datasets"), data.eval_results) == (None, None)


def test_licences_are_named_in_the_text() -> None:
    space = EmbeddingSpace(teacher="org/teacher", dim=4)
    text = render_card(AdapterConfig(kind="lora", space=space, encoder={"base": BASE}))
    assert f"{BASE}: apache-2.0; org/teacher: not known to codequest, see its own card." in text


MARKUP = "a\n\n# b\n<img src=http://evil.example>[c](http://evil.example)`|\u202e"


def test_what_a_stranger_wrote_is_no_markup_of_the_card() -> None:
    """An adapter that was trained further carries the record of the one that it started from."""
    space = EmbeddingSpace(teacher=MARKUP, dim=4, query_prompt=MARKUP)
    stage = {"pairs_from": MARKUP, "config": {MARKUP: MARKUP}}
    start = {"adapter": MARKUP, "kind": MARKUP, "teacher": MARKUP, "sources": {MARKUP: MARKUP}}
    training = {"start": start, "stages": [stage], "sources": {MARKUP: MARKUP}, "recipe": MARKUP}
    metrics = {MARKUP: {MARKUP: MARKUP}, "one query": {MARKUP: MARKUP}}
    config = AdapterConfig(kind="lora", space=space, encoder={"base": MARKUP}, training=training, metrics=metrics)
    text = render_card(config).split("---\n", 2)[2]
    assert text.count("a&lt;U+000A>&lt;U+000A># b&lt;U+000A>&lt;img src=http://evil.example>[c]\\(http") > 10
    for markup in ("<", "](", "\u202e", "\n# b"):
        assert markup not in text
    assert ModelCard(render_card(config)).data.to_dict()["teacher"] == MARKUP


def test_the_snippet_of_a_saved_card_runs(tiny_base: Path, tiny_teacher: Path, tmp_path: Path) -> None:
    space = LocalTeacher(str(tiny_teacher), device="cpu").space
    encoder = ProjectionQueryEncoder.create(str(tiny_base), space=space, device="cpu")
    folder = encoder.save_pretrained(tmp_path / "adapter")
    saved = ModelCard.load(folder / "README.md")
    snippet = saved.text.split("```python\n")[1].split("```")[0]
    found: dict[str, Any] = {}
    exec(snippet.replace("path/to/this/folder", str(folder)), found)
    assert found["query_vector"].tolist() == encoder.encode("sort a dictionary by value").tolist()
