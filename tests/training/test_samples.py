import pytest

from codequest.data import normal_form
from codequest.training import hold_out, sample, without


def test_hold_out_is_seeded_disjoint_and_keeps_the_order() -> None:
    queries = [f"query {number}" for number in range(500)]
    training, held = hold_out(queries, seed=3)
    assert (len(training), len(held)) == (490, 10)
    assert set(training) | set(held) == set(queries)
    assert sorted(held, key=queries.index) == held
    assert sorted(training, key=queries.index) == training
    assert hold_out(queries, seed=3) == (training, held)
    assert hold_out(queries, seed=4)[1] != held


@pytest.mark.parametrize(("count", "held"), [(0, 0), (1, 0), (2, 1), (49, 1), (100, 2), (90_000, 1000)])
def test_hold_out_takes_two_percent_at_most_a_thousand(count: int, held: int) -> None:
    assert len(hold_out([str(number) for number in range(count)])[1]) == held


def test_without_compares_normal_forms() -> None:
    assert normal_form("  Read\tA  file\n") == "read a file"
    assert without(["Read  a FILE", "sort", "search"], ["read a file", "SORT"]) == ["search"]


def test_sample_is_seeded_and_keeps_the_order() -> None:
    queries = [f"query {number}" for number in range(50)]
    drawn = sample(queries, 10, seed=1)
    assert drawn == sorted(drawn, key=queries.index)
    assert len(set(drawn)) == 10
    assert drawn == sample(queries, 10, seed=1) != sample(queries, 10, seed=2)
    assert sample(queries, None) == sample(queries, 60) == queries
