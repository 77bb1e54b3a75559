from __future__ import annotations

import pytest

from codequest.bench.workload import Workload
from codequest.errors import InvalidInputError

EIGHT = "one two three four five six seven number"


def test_queries_of_eight_to_twelve_words_are_timed() -> None:
    queries = [f"{EIGHT} {number}" for number in range(300)] + ["too short", EIGHT + " and five more words too many"]
    found = Workload.of_queries(queries)
    assert len(found.single) == 32
    assert len(set(found.batch)) == len(found.batch) == 256
    assert found.distinct == 300
    assert set(found.single) < set(found.batch) < set(queries[:300])
    assert Workload.of_queries(queries[::-1]) == found  # whatever the order
    assert Workload.of_queries(queries, seed=1) != found


def test_a_few_queries_are_repeated() -> None:
    found = Workload.of_queries([EIGHT, EIGHT + " nine", "short"])
    assert sorted(found.single) == sorted([EIGHT, EIGHT + " nine"])
    assert [found.batch.count(query) for query in (EIGHT, EIGHT + " nine")] == [128, 128]
    assert found.distinct == 2


def test_no_query_of_that_length_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="None of the 1 queries has 8 to 12 words"):
        Workload.of_queries(["sort a dict"])


def test_documents_are_a_batch_without_the_empty_ones() -> None:
    found = Workload.of_documents(["def f(): ...", "  ", "def g(): ..."])
    assert found.single == ()
    assert set(found.batch) == {"def f(): ...", "def g(): ..."}
    assert len(found.batch) == 256
    with pytest.raises(InvalidInputError, match="all are empty"):
        Workload.of_documents([""])
