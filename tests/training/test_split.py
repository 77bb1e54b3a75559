"""No query is both trained on and validated with, however it is written."""

from __future__ import annotations

import itertools

import pytest

from codequest.data import RetrievalDataset, normal_form
from codequest.errors import InvalidInputError
from codequest.training.split import TrainingSplit, split

TEXTS = [f"Query number {number}" for number in range(200)]


def dataset(texts: list[str]) -> RetrievalDataset:
    """Every query has a document of its own."""
    return RetrievalDataset(
        "pairs",
        queries={f"q{number}": text for number, text in enumerate(texts)},
        documents={f"d{number}": f"code of {text}" for number, text in enumerate(texts)},
        qrels={f"q{number}": {f"d{number}": 1} for number in range(len(texts))},
    )


def forms(texts: list[str]) -> set[str]:
    return {normal_form(text) for text in texts}


def labelled(data: RetrievalDataset | None) -> list[str]:
    """The queries that are judged."""
    return [] if data is None else [data.queries[key] for key in data.qrels]


def divide(
    queries: list[str],
    pairs: RetrievalDataset | None = None,
    validation: RetrievalDataset | None = None,
    *,
    exclude: list[str] | None = None,
    seed: int = 0,
) -> TrainingSplit:
    return split(queries, pairs, validation, exclude=exclude or [], seed=seed)


QUERIES = {"no queries": [], "queries": TEXTS[:100], "shouted": [text.upper() for text in TEXTS[:100]] + TEXTS[:20]}
PAIRS = {"no pairs": None, "one pair": dataset(TEXTS[90:91]), "pairs": dataset([f" {text} " for text in TEXTS[50:150]])}
VALIDATION = {"no validation": None, "validation": dataset([text.lower() for text in TEXTS[80:120]])}
EXCLUDED = {"all": [], "excluded": [text.swapcase().replace(" ", "  ") for text in TEXTS[40:60] + TEXTS[140:145]]}


@pytest.mark.parametrize(
    ("queries", "pairs", "validation", "excluded"),
    [
        given
        for given in itertools.product(QUERIES, PAIRS, VALIDATION, EXCLUDED)
        if given[0] != "no queries" or given[1] == "pairs"
    ],
)
def test_training_and_validation_data_are_disjoint(queries: str, pairs: str, validation: str, excluded: str) -> None:
    found = divide(QUERIES[queries], PAIRS[pairs], VALIDATION[validation], exclude=EXCLUDED[excluded])
    trained = forms(found.queries) | forms(labelled(found.pairs))
    measured = forms(found.held_out) | forms(labelled(found.validation))
    assert trained
    assert measured
    assert not trained & measured
    assert not trained & forms(EXCLUDED[excluded])
    given = forms(QUERIES[queries]) | forms(labelled(PAIRS[pairs]))
    assert trained <= given
    if validation == "no validation":
        assert not measured & forms(EXCLUDED[excluded])
    else:
        assert found.validation is VALIDATION[validation]
        assert found.held_out == []
    # nothing is lost but what is measured or excluded
    assert trained == given - measured - forms(EXCLUDED[excluded])
    assert len(found.queries) == len(forms(found.queries))
    assert (found.validation is None) == bool(found.held_out)


def test_without_pairs_a_fiftieth_of_the_queries_is_held_out() -> None:
    found = divide(TEXTS)
    assert (len(found.queries), len(found.held_out)) == (196, 4)
    assert (found.pairs, found.validation) == (None, None)
    assert found == divide(TEXTS)
    assert found.held_out != divide(TEXTS, seed=1).held_out
    assert found.queries == [text for text in TEXTS if text not in found.held_out]


@pytest.mark.parametrize(("count", "held"), [(2, 1), (20, 1), (60, 3), (200, 10)])
def test_a_twentieth_of_the_pairs_is_held_out_and_at_least_one(count: int, held: int) -> None:
    pairs = dataset(TEXTS[:count])
    found = divide([], pairs)
    assert found.pairs is not None
    assert found.validation is not None
    assert (len(found.pairs.queries), len(found.validation.queries)) == (count - held, held)
    assert found.pairs.documents == found.validation.documents == pairs.documents
    assert found.validation.queries == divide([], pairs).validation.queries  # type: ignore[union-attr]


def test_the_seed_chooses_the_pairs() -> None:
    first, second = (divide([], dataset(TEXTS), seed=seed).validation for seed in (0, 1))
    assert first is not None
    assert second is not None
    assert set(first.queries) != set(second.queries)


def test_at_most_five_hundred_pairs_are_held_out() -> None:
    found = divide([], dataset([f"query {number}" for number in range(12_000)]))
    assert found.validation is not None
    assert len(found.validation.queries) == 500


def test_a_held_out_pair_takes_the_others_of_the_same_query_along() -> None:
    found = divide([], dataset([*TEXTS[:30], *(text.upper() for text in TEXTS[:30])]))
    assert found.pairs is not None
    measured = forms(labelled(found.validation))
    assert len(labelled(found.validation)) == 3
    assert not measured & forms(labelled(found.pairs))
    assert len(found.pairs.queries) == 60 - 2 * len(measured)


def test_one_pair_is_trained_on_and_a_query_validates() -> None:
    found = divide(TEXTS[:10], dataset(TEXTS[50:51]))
    assert labelled(found.pairs) == TEXTS[50:51]
    assert (len(found.queries), len(found.held_out)) == (9, 1)


def test_pairs_that_are_all_excluded_are_none() -> None:
    found = divide(TEXTS[:10], dataset(TEXTS[50:60]), exclude=TEXTS[50:60])
    assert (found.pairs, found.validation) == (None, None)
    assert (len(found.queries), len(found.held_out)) == (9, 1)


def test_the_first_of_equal_queries_is_kept() -> None:
    found = divide(["Read  a file", "sort", "read a FILE", "SORT"], validation=dataset(["other"]))
    assert found.queries == ["Read  a file", "sort"]


@pytest.mark.parametrize(
    ("queries", "pairs", "validation", "exclude", "message"),
    [
        ([], None, None, [], "nothing to train on: of 0 train_queries and 0 pairs, none is left"),
        ([], None, dataset(["a"]), [], "nothing to train on: of 0 train_queries and 0 pairs, none is left"),
        (["a b"], dataset(["A  b"]), dataset(["a B"]), [], "of 1 train_queries and 1 pair, none is left"),
        (["a", "b"], dataset(["a"]), None, ["A", "B "], "of 2 train_queries and 1 pair, none is left"),
        (["a", "b"], dataset(["c"]), dataset(["c"]), ["A", "B"], "of 2 train_queries and 1 pair, none is left"),
        ([], dataset(["a", "A"]), None, [], "of 0 train_queries and 2 pairs, none is left"),
        (["a"], None, None, [], "1 train_queries and 0 pairs leave none to validate with: give at least 2 distinct"),
        (["a", "A "], None, None, [], "2 train_queries and 0 pairs leave none to validate with"),
        (["a", "b"], None, None, ["b"], "2 train_queries and 0 pairs leave none to validate with"),
        ([], dataset(["a"]), None, [], "0 train_queries and 1 pair leave none to validate with"),
    ],
)
def test_nothing_left_is_refused(
    queries: list[str],
    pairs: RetrievalDataset | None,
    validation: RetrievalDataset | None,
    exclude: list[str],
    message: str,
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        divide(queries, pairs, validation, exclude=exclude)
