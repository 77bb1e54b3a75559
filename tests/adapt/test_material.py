"""Queries and pairs from what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.adapt import Material, gather
from codequest.adapt.material import first_pairs, installed_packages, searched
from codequest.errors import DatasetError


def test_the_users_come_first_and_packages_fill_up(code: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("how to sort a thing\nWhere is a payment retried\n")
    package = tmp_path / "package.py"
    package.write_text(
        'def wait(seconds):\n    """Wait some seconds before the next attempt."""\n    a = 1\n    b = 2\n    return a\n'
    )
    found = gather(code=[str(code)], queries=log, enough_queries=10_000, enough_pairs=1, packages=[[package]])
    assert found.queries[:2] == ["how to sort a thing", "Where is a payment retried"]
    assert found.pairs is not None
    assert len(found.pairs.queries) == 161
    assert "Wait some seconds before the next attempt" in {text.rstrip(".") for text in found.queries[found.own :]}
    assert list(found.sources) == ["log.txt", "your code", "packages installed here"]
    assert found.sources["log.txt"] == "2 queries, 0 pairs"
    assert found.language == "python"
    enough = gather(code=[str(code)], enough_queries=5, enough_pairs=5, packages=[[package]])
    assert list(enough.sources) == ["your code"]
    stopped = gather(code=[str(code)], enough_queries=10_000, enough_pairs=5, packages=[[package]], stop=lambda: True)
    assert stopped.queries == enough.queries


def test_it_is_kept_as_json(code: Path) -> None:
    found = gather(code=[str(code)], enough_queries=5, enough_pairs=5, packages=[])
    again = Material.from_dict(found.to_dict())
    assert again.queries == found.queries
    assert again.pairs is not None
    assert found.pairs is not None
    assert again.pairs.qrels == found.pairs.qrels
    assert list(again.pairs.queries) == list(found.pairs.queries)
    assert Material.from_dict(found.with_pairs(None).to_dict()).pairs is None
    assert found.with_queries(["one"], "stored vectors").described().endswith("stored vectors: 1 query")


def test_code_without_a_query_is_refused_where_it_is_all_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "main.cob").write_text("IDENTIFICATION DIVISION.")
    with pytest.raises(DatasetError, match="No query was found in"):
        gather(code=[str(tmp_path)], enough_queries=5, enough_pairs=5, packages=[])
    with pytest.raises(DatasetError, match="There is no file or folder"):
        gather(code=[str(tmp_path / "nowhere")], enough_queries=5, enough_pairs=5, packages=[])


def test_the_first_pairs_keep_their_own_documents_and_have_searches(code: Path) -> None:
    found = gather(code=[str(code / "sort.py")], enough_queries=5, enough_pairs=5, packages=[])
    assert found.pairs is not None
    some = first_pairs(found.pairs, 6)
    assert (len(some.queries), len(some.documents)) == (6, 6)
    assert len(searched(some, "python", 0).queries) == 12


def test_installed_packages_come_in_portions_without_tests() -> None:
    portion = next(iter(installed_packages(3)))
    assert len(portion) == 100
    assert all(path.suffix == ".py" and "tests" not in path.parts for path in portion)
    assert portion == next(iter(installed_packages(3)))
