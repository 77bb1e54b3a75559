"""The data of a recipe: what is trained on, what is held out, and what each stage gets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from codequest.training.config import DistillationConfig
from codequest.training.recipes.data import RecipeData
from codequest.training.recipes.recipe import Recipe, Stage
from tests.training.conftest import TEXTS


def test_a_sample_of_a_source_keeps_its_own_documents_only(recipe: Recipe, data: Path) -> None:
    sampled = RecipeData(replace(recipe, at_most={"pairs:train": 40}), data)
    (kept,), (held,) = sampled.divided
    assert (len(kept.queries), len(held.queries), len(held.documents)) == (36, 4, 40)
    assert len(sampled.queries) == 160
    whole = RecipeData(recipe, data)
    assert len(whole.queries) == 100
    assert set(kept.queries) | set(held.queries) < set(whole.divided[0][0].queries) | set(whole.divided[1][0].queries)


def test_nothing_that_is_measured_is_trained_on(recipe: Recipe, data: Path) -> None:
    found = RecipeData(recipe, data)
    (kept,), (held,) = found.divided
    assert len(kept.queries) == 63
    assert not set(kept.queries) & set(held.queries)
    assert not set(kept.documents) & {document for judged in held.qrels.values() for document in judged}
    assert set(kept.documents) == {document for judged in kept.qrels.values() for document in judged}
    assert len(held.documents) == 90  # searched among all


def test_searches_are_trained_on_next_to_the_queries(recipe: Recipe, data: Path) -> None:
    found = RecipeData(replace(recipe, searches={"pairs:train": "rust"}), data)
    (kept,), (held,) = found.divided
    searches = {id: text for id, text in kept.queries.items() if id.startswith("search-")}
    assert (len(kept.queries), len(searches), len(held.queries)) == (126, 63, 7)
    assert sum("rust" in text for text in searches.values()) > 40
    assert all(kept.qrels[id] == kept.qrels[id.removeprefix("search-")] for id in searches)


def test_what_a_stage_trains_on(recipe: Recipe, data: Path) -> None:
    found = RecipeData(recipe, data)
    trained = list(found.pairs.queries.values())
    regression, comparison = DistillationConfig(), DistillationConfig(losses={"infonce": 1.0})
    plain = Stage(config=regression, queries=30)
    assert (found.queries_of(plain), found.documents_of(plain), found.pairs_of(plain)) == (found.queries[:30], [], None)
    labelled = Stage(config=regression, queries=30, pairs=True, documents=5)
    assert found.queries_of(labelled) == [*found.queries[:30], *trained]
    assert set(found.documents_of(labelled)) < set(found.pairs.documents.values())
    assert (len(found.documents_of(labelled)), found.pairs_of(labelled)) == (5, None)
    compared = Stage(config=comparison, queries=30, pairs=True)
    assert (found.queries_of(compared), found.pairs_of(compared)) == (found.queries[:30], found.pairs)


def test_what_is_measured_or_excluded_is_never_trained_on(recipe: Recipe, data: Path) -> None:
    (data / "never.txt").write_text(TEXTS[0])
    found = RecipeData(replace(recipe, exclude=("never.txt",)), data)
    held = [query for test in found.tests for query in test.queries.values()]
    assert found.never_trained_on == [*held, TEXTS[0]]
    assert len(held) == 27
