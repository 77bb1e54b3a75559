"""Asked: the parameters of a request, checked."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from codequest.errors import InvalidInputError
from codequest.integrations.server.replies import ApiError
from codequest.search.hits import MODES, SearchFilters, SearchMode

_MOST_HITS = 100
_FILTERS = {"language": "languages", "kind": "kinds", "path": "paths"}
_NUMBER = re.compile("[1-9][0-9]{0,3}")
_NAMES = ("q", "limit", "language", "kind", "path", "mode", "html")


@dataclass(frozen=True, slots=True)
class Asked:
    """Request for a search.

    Attributes:
        query: What is looked for.
        limit: Most hits.
        filters: What is searched.
        mode: What ranks.
        html: Whether the lines are wanted as HTML.
    """

    query: str
    limit: int
    filters: SearchFilters
    mode: SearchMode
    html: bool

    @classmethod
    def read(cls, parameters: QueryParams) -> Asked:
        """The parameters of a search; ``language``, ``kind`` and ``path`` may be repeated.

        Raises:
            ApiError: One is unknown, missing or wrong.
        """
        _refuse_unknown(parameters, _NAMES)
        query, mode = parameters.get("q", ""), parameters.get("mode", "hybrid")
        if not query.strip():
            raise ApiError("q is empty. Say what you are looking for: /api/search?q=parse+a+date", param="q")
        if mode not in MODES:
            raise ApiError(f"mode must be one of {', '.join(MODES)}, got {mode!r:.80}.", param="mode")
        html = parameters.get("html", "false") in ("true", "1")
        return cls(query, _limit(parameters), _filters(parameters), mode, html)


def read_filters(parameters: QueryParams) -> SearchFilters:
    """The filters of a request that has nothing else.

    Raises:
        ApiError: A parameter or a kind is unknown, or a value empty.
    """
    _refuse_unknown(parameters, _FILTERS)
    return _filters(parameters)


def _filters(parameters: QueryParams) -> SearchFilters:
    given: dict[str, Any] = {name: parameters.getlist(parameter) for parameter, name in _FILTERS.items()}
    try:
        return SearchFilters(**given)
    except InvalidInputError as error:
        raise ApiError(str(error)) from error


def _refuse_unknown(parameters: QueryParams, known: Collection[str]) -> None:
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        name = unknown[0][:80]
        raise ApiError(f"Unknown parameter {name!r}; expected {', '.join(known)}.", param=name)


def _limit(parameters: QueryParams) -> int:
    given = parameters.get("limit", "10")
    if not (_NUMBER.fullmatch(given) and int(given) <= _MOST_HITS):
        raise ApiError(f"limit must be a number from 1 to {_MOST_HITS}, got {given!r:.80}.", param="limit")
    return int(given)
