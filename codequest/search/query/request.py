"""SearchRequest: everything that is asked of one search, checked."""

from __future__ import annotations

from dataclasses import dataclass

from codequest.errors import InvalidInputError
from codequest.search.hits import MODES, SearchFilters, SearchMode
from codequest.search.query.parsed_query import parse_query
from codequest.texts import checked_texts

MOST_CHARACTERS = 16_384  # of what ranks: no encoder reads more, and words beyond would only cost time


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """What is asked of a search.

    Attributes:
        text: What ranks.
        quoted: Texts that every hit has.
        filters: All of them must hold.
        mode: How to rank.
        limit: Most hits.
        overlapping: Whether chunks that share lines may all be hits.
    """

    text: str
    filters: tuple[SearchFilters, ...]
    mode: SearchMode
    limit: int
    quoted: tuple[str, ...] = ()
    overlapping: bool = False

    @classmethod
    def of_query(cls, query: str, *, limit: int, filters: SearchFilters | None, mode: SearchMode) -> SearchRequest:
        """The request of a query, which may hold filters of its own: see `parse_query`.

        Raises:
            InvalidInputError: Nothing to look for, a limit below 1, or an unknown mode; otherwise as `parse_query`.
        """
        parsed = parse_query(checked_texts([query], name="queries")[0])
        _check(limit, mode)
        if not parsed.text.strip():
            raise _nothing_to_look_for(query)
        return cls(
            text=parsed.text[:MOST_CHARACTERS],
            quoted=parsed.quoted,
            filters=tuple(each for each in (filters, parsed.filters) if each is not None),
            mode=mode,
            limit=limit,
        )

    @classmethod
    def of_question(
        cls, question: str, *, limit: int, filters: SearchFilters | None, mode: SearchMode
    ) -> SearchRequest:
        """The request of a question for a language model, which is taken as it is; raises as `of_query`."""
        _check(limit, mode)
        text = checked_texts([question], name="queries")[0][:MOST_CHARACTERS]
        return cls(text=text, filters=(filters or SearchFilters(),), mode=mode, limit=limit, overlapping=True)


def _check(limit: int, mode: SearchMode) -> None:
    if limit < 1:
        raise InvalidInputError(f"limit must be at least 1, got {limit}.")
    if mode not in MODES:
        raise InvalidInputError(f"mode must be one of {', '.join(MODES)}, got {mode!r}.")


def _nothing_to_look_for(query: str) -> InvalidInputError:
    given = query.strip()
    return InvalidInputError(
        f"The query {given!r:.80} is nothing but filters. Add what you are looking for, in words: "
        f"{f'retry a request {given}'!r:.100}."
    )
