"""SearchRequest: everything that is asked of one search, checked."""

from __future__ import annotations

from dataclasses import dataclass

from codequest.arguments import whole_number
from codequest.errors import InvalidInputError
from codequest.search.hits import MODES, SearchFilters, SearchMode
from codequest.search.query.parsed_query import parse_query
from codequest.search.query.place import Place
from codequest.search.query.text_pattern import TextPattern
from codequest.texts import checked_texts

MOST_CHARACTERS = 16_384  # of what ranks: no encoder reads more, and words beyond would only cost time


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """What is asked of a search.

    Attributes:
        text: What ranks; empty where the matches of the regular expression are all that is asked for.
        quoted: Texts that every hit has.
        filters: All of them must hold.
        mode: How to rank.
        limit: Most hits.
        offset: How many of the best hits are left out.
        pattern: A regular expression that matches in every hit; None where there is none.
        like: Place of a chunk whose neighbours are asked for; None where a query is.
        overlapping: Whether chunks that share lines may all be hits.
    """

    text: str
    filters: tuple[SearchFilters, ...]
    mode: SearchMode
    limit: int
    offset: int = 0
    quoted: tuple[str, ...] = ()
    pattern: TextPattern | None = None
    like: Place | None = None
    overlapping: bool = False

    @property
    def embeds(self) -> bool:
        """Whether the query has a vector."""
        return bool(self.text) and self.mode != "lexical"

    @property
    def requires(self) -> bool:
        """Whether hits must have a text or a match."""
        return bool(self.quoted) or self.pattern is not None

    @classmethod
    def of_query(
        cls,
        query: str,
        *,
        limit: int,
        filters: SearchFilters | None,
        mode: SearchMode,
        offset: int = 0,
        regex: str = "",
        like: str = "",
    ) -> SearchRequest:
        """The request of a query, which may hold filters of its own: see `parse_query`.

        Raises:
            InvalidInputError: Nothing to look for, or a query next to a place, a limit below 1, an offset below 0, or
                an unknown mode; otherwise as `parse_query`, `TextPattern` and `Place.read`.
        """
        parsed = parse_query(checked_texts([query], name="queries", allow_empty=bool(regex or like))[0])
        _check(limit, mode, offset)
        if not parsed.text.strip() and not regex and not like:
            raise _nothing_to_look_for(query)
        if like and parsed.text.strip():
            raise InvalidInputError(
                f"Give a query or a place to find code like it, not both: got {parsed.text!r:.80} and {like!r:.80}. "
                "Filters, and a regular expression, may come with a place."
            )
        return cls(
            text=parsed.text[:MOST_CHARACTERS] if parsed.text.strip() else "",
            quoted=parsed.quoted,
            pattern=TextPattern(regex) if regex else None,
            filters=tuple(each for each in (filters, parsed.filters) if each is not None),
            like=Place.read(like) if like else None,
            mode="dense" if like else mode,
            limit=limit,
            offset=offset,
        )

    @classmethod
    def of_question(
        cls, question: str, *, limit: int, filters: SearchFilters | None, mode: SearchMode
    ) -> SearchRequest:
        """The request of a question for a language model, which is taken as it is; raises as `of_query`."""
        _check(limit, mode, 0)
        text = checked_texts([question], name="queries")[0][:MOST_CHARACTERS]
        return cls(text=text, filters=(filters or SearchFilters(),), mode=mode, limit=limit, overlapping=True)


def _check(limit: int, mode: SearchMode, offset: int) -> None:
    whole_number(limit, "limit")
    whole_number(offset, "offset", least=0)
    if mode not in MODES:
        raise InvalidInputError(f"mode must be one of {', '.join(MODES)}, got {mode!r}.")


def _nothing_to_look_for(query: str) -> InvalidInputError:
    given = query.strip()
    return InvalidInputError(
        f"The query {given!r:.80} is nothing but filters. Add what you are looking for, in words: "
        f"{f'retry a request {given}'!r:.100}; or a regular expression."
    )
