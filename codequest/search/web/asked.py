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
_MOST_OFFSET = 10**9
_NUMBER = re.compile("0|[1-9][0-9]{0,9}")
_NAMES = ("q", "limit", "offset", "language", "kind", "path", "mode", "regex", "like", "html")


@dataclass(frozen=True, slots=True)
class Asked:
    """Request for a search.

    Attributes:
        query: What is looked for.
        regex: What matches in every hit; empty for anything.
        like: Place whose neighbours are asked for in place of a query; empty where a query is.
        limit: Most hits.
        offset: How many of the best hits are left out.
        filters: What is searched.
        mode: What ranks.
        html: Whether the lines are wanted as HTML.
    """

    query: str
    regex: str
    like: str
    limit: int
    offset: int
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
        query, regex, like = (parameters.get(name, "") for name in ("q", "regex", "like"))
        mode = parameters.get("mode", "hybrid")
        if not query.strip() and not regex and not like:
            raise ApiError("q is empty. Say what you are looking for: /api/search?q=parse+a+date", param="q")
        if mode not in MODES:
            raise ApiError(f"mode must be one of {', '.join(MODES)}, got {mode!r:.80}.", param="mode")
        return cls(
            query=query,
            regex=regex,
            like=like,
            limit=_number(parameters, "limit", 10, least=1, most=_MOST_HITS),
            offset=_number(parameters, "offset", 0, least=0, most=_MOST_OFFSET),
            filters=_filters(parameters),
            mode=mode,
            html=parameters.get("html", "false") in ("true", "1"),
        )


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


def _number(parameters: QueryParams, name: str, otherwise: int, *, least: int, most: int) -> int:
    given = parameters.get(name, str(otherwise))
    if not (_NUMBER.fullmatch(given) and least <= int(given) <= most):
        raise ApiError(f"{name} must be a number from {least} to {most}, got {given!r:.80}.", param=name)
    return int(given)
