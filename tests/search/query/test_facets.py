"""How many chunks every choice of a filter leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.search import CodeIndex, IndexRun, SearchFilters


@pytest.fixture
def index(project: Path, build: Callable[..., IndexRun]) -> CodeIndex:
    build(project)
    return CodeIndex.open(project, encoder=None)


def test_a_filter_is_counted_with_its_alternatives(index: CodeIndex) -> None:
    facets = index.facets(SearchFilters(languages=["python"], kinds=["function"]))
    assert facets.languages == {"python": 2, "javascript": 1}
    assert facets.kinds == {"function": 2, "class": 1}
    assert facets.chunks == 2


def test_filters_and_quotes_of_the_query_hold_for_every_count(index: CodeIndex) -> None:
    facets = index.facets(SearchFilters(languages=["python"]), "list -lang:text")
    assert (facets.languages, facets.kinds, facets.chunks) == (
        {"python": 3, "markdown": 1, "javascript": 1},
        {"function": 2, "class": 1},
        3,
    )
    quoted = index.facets(query='"load_entry" -file:tests/')
    assert (quoted.languages, quoted.kinds, quoted.chunks) == ({"python": 2}, {"class": 1, "function": 1}, 2)
