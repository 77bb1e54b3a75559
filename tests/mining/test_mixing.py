from collections import Counter

import pytest

from codequest.errors import InvalidInputError
from codequest.mining import DerivedQuery
from codequest.mining.mixing import check_weights, mix


def found(**counts: int) -> list[DerivedQuery]:
    return [DerivedQuery(f"{form} {number}", form, "") for form, count in counts.items() for number in range(count)]


def mixed(queries: list[DerivedQuery], limit: int | None = None, **weights: float) -> Counter[str]:
    check_weights(weights)
    return Counter(query.origin for query in mix(queries, weights, limit=limit, seed=0))


def test_without_weights_everything_comes_but_names_are_at_most_a_quarter() -> None:
    assert mixed(found(docs=60, commits=30, names=10)) == {"docs": 60, "commits": 30, "names": 10}
    assert mixed(found(docs=60, commits=30, names=500, identifiers=500)) == {"docs": 60, "commits": 30, "names": 30}
    assert mixed(found(names=500, identifiers=500)) == {"names": 500, "identifiers": 500}


def test_the_scarcest_form_for_its_share_limits_them_all() -> None:
    assert mixed(found(docs=60, commits=10, names=500), docs=0.5, commits=0.5) == {"docs": 10, "commits": 10}
    assert mixed(found(docs=60, commits=30, names=500), names=0.7) == {"docs": 60, "commits": 30, "names": 210}


def test_forms_without_a_weight_share_the_rest_as_they_were_found() -> None:
    drawn = mixed(found(docs=60, commits=30, names=500), names=0.4, limit=100)
    assert drawn == {"docs": 40, "commits": 20, "names": 40}


def test_shares_that_are_no_whole_numbers_are_rounded_to_the_limit() -> None:
    assert mixed(found(docs=90, commits=90, errors=90), limit=100).total() == 100
    assert mixed(found(docs=1, commits=1, errors=1), limit=2).total() == 2


def test_the_order_is_kept_and_the_seed_decides() -> None:
    queries = found(docs=50, commits=50)
    drawn = mix(queries, {}, limit=20, seed=1)
    assert drawn == sorted(drawn, key=queries.index)
    assert len(set(drawn)) == 20
    assert drawn == mix(queries, {}, limit=20, seed=1) != mix(queries, {}, limit=20, seed=2)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"names": 1.5}, r"The weight of names is 1\.5\. Expected its share of the queries, 0 to 1"),
        ({"names": -0.1}, r"The weight of names is -0\.1"),
        ({"names": 0.7, "docs": 0.7}, r"names 0\.7, docs 0\.7 add up to 1\.4"),
        ({"docs": 0.5, "commits": 0.2}, r"add up to 0\.7, and there is no other origin to fill the rest"),
        ({"errors": 0.5}, r"errors has the weight 0\.5, but no query of that origin .* Found: docs 5, commits 5"),
    ],
)
def test_shares_that_cannot_be_are_refused(weights: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        mixed(found(docs=5, commits=5), **weights)
