"""What a search asks for and an index does not have, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from codequest.code.formats import MIXED
from codequest.search.hits import SearchFilters
from codequest.search.query.parsed_query import ParsedQuery
from codequest.search.query.paths import PathGlobs
from codequest.search.snapshot import Snapshot

_SHOWN = 8  # languages that a message lists


def unmatched(snapshots: Sequence[Snapshot], query: ParsedQuery, filters: SearchFilters) -> Iterator[str]:
    """A sentence for each language, glob, kind and quoted text that nothing in any of the indexes has.

    None for what takes out.
    """
    for each in (filters, query.filters):
        yield from _unmatched_filters(snapshots, each)
    for text in query.quoted:
        if not any(snapshot.containing(text).any() for snapshot in snapshots):
            yield f"No indexed text has {text!r:.200} exactly as quoted; without quotes it ranks as words."


def _unmatched_filters(snapshots: Sequence[Snapshot], filters: SearchFilters) -> Iterator[str]:
    paths = set().union(*(snapshot.paths for snapshot in snapshots))
    for glob in filters.paths:
        if not glob.startswith("!") and not PathGlobs([glob]).matching(paths):
            yield (
                f"No indexed file matches {glob!r:.200}. Globs are as in a .gitignore, from the indexed folder: src/, "
                "/docs/*.md, *.{ts,tsx}."
            )
    languages = _counted(snapshots, "language")
    for name in filters.languages:
        if (
            not name.startswith("!")
            and name not in languages
            and not any(path.lower().endswith(MIXED.get(name, ())) for path in paths)
        ):
            more = f" and {len(languages) - _SHOWN} others" if len(languages) > _SHOWN else ""
            yield f"No indexed file is in {name}: the index has {', '.join(list(languages)[:_SHOWN])}{more}."
    kinds = _counted(snapshots, "kind")
    for kind in filters.kinds:
        if kind not in kinds:
            yield f"Nothing indexed is a {kind}: the index has {', '.join(kinds)}."


def _counted(snapshots: Sequence[Snapshot], column: Literal["language", "kind"]) -> list[str]:
    """Values of a column, most frequent first."""
    counts: dict[str, int] = {}
    for snapshot in snapshots:
        for value, count in snapshot.counts(column, None).items():
            counts[value] = counts.get(value, 0) + count
    return sorted(counts, key=lambda value: (-counts[value], value))
