"""CodeTools: what agents can do with an index, or with several."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from codequest.errors import InvalidInputError
from codequest.search.at_once import open_at_once
from codequest.search.hits import ChunkKind, SearchFilters, SearchHit, SearchMode
from codequest.search.index import CodeIndex
from codequest.search.mcp.file_lines import FileLines, read_lines
from codequest.search.query.group import IndexGroup
from codequest.search.shown.excerpt import excerpt
from codequest.search.shown.token_budget import fit
from codequest.texts import estimated_tokens, visible, visible_line

MOST_HITS = 50
_FRAME_TOKENS = 20  # of the result around its hits
_LINES, _CHARACTERS = 10, 200  # of a snippet, and of a line in it


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCode:
    """A hit, short enough for many of them to be read.

    Attributes:
        place: ``path:line``, to be opened or cited; the line of the first match, where the query quotes something.
        path: File, relative to the indexed root, or absolute where several folders are searched; what cannot be seen
            is written out, here and in all other texts.
        start_line: First line, from 1.
        end_line: Last line, inclusive.
        symbol: Qualified name; empty where there is none.
        kind: function, class, section or window.
        language: Language of the file.
        snippet: The first ten lines, or ten around the first match.
        snippet_line: Number of the first line of the snippet.
        more_lines: How many lines follow.
        match_lines: Lines that have what the query quotes.
        stale: Whether the lines have changed since they were indexed; they are shown as they are now.
    """

    place: str
    path: str
    start_line: int
    end_line: int
    symbol: str
    kind: str
    language: str
    snippet: str
    snippet_line: int
    more_lines: int
    match_lines: list[int]
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """Result of a search.

    Attributes:
        hits: Best first.
        note: What is not in the index yet, filters that name nothing in it, and what did not fit; empty where all is
            well.
        left_out: How many hits did not fit.
    """

    hits: list[FoundCode]
    note: str
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """State of the index that is searched.

    Attributes:
        root: The indexed folder.
        files: How many files.
        chunks: How many chunks.
        languages: Number of files by language, most first.
        updated: When the index was last brought up to date, ISO 8601 in UTC.
        teacher: What embeds the code.
        missing: How many files have changed and are not in the index as they are now.
        taught: How many chunks the teacher has embedded; the others have light vectors.
        teaching: How far a run is that embeds with the teacher now; empty where there is none.
    """

    root: str
    files: int
    chunks: int
    languages: dict[str, int]
    updated: str
    teacher: str
    missing: int
    taught: int
    teaching: str


class CodeTools:
    """The tools over indexes, opened when they are first needed; where there is none yet, a light one is made then.

    Args:
        paths: Indexed folders, or any folders in them; several are searched as one.
        encoder: As in `CodeIndex.open`.
        mode: How to search.
    """

    def __init__(self, *paths: Path, encoder: str | None, mode: SearchMode) -> None:
        self._paths, self._encoder, self._mode = paths, encoder, mode
        self._lock = threading.Lock()
        self._opened: IndexGroup | None = None

    @property
    def indexes(self) -> IndexGroup:
        """The indexes.

        Raises:
            CodequestError: As `open_at_once`.
        """
        with self._lock:
            if self._opened is None:
                self._opened = IndexGroup([open_at_once(path, encoder=self._encoder)[0] for path in self._paths])
            return self._opened

    def search(
        self,
        query: str,
        *,
        paths: Sequence[str] = (),
        languages: Sequence[str] = (),
        kinds: Sequence[ChunkKind] = (),
        limit: int = 10,
        offset: int = 0,
        regex: str = "",
        like: str = "",
        max_tokens: int | None = None,
    ) -> FoundList:
        """The code that answers a query, or is like that at a place; arguments and errors as `search_together`.

        Of hits that do not fit into `max_tokens`, estimated as one for every three bytes of JSON, the last one is cut
        at a line and the others are left out.
        """
        if limit > MOST_HITS:
            raise InvalidInputError(f"limit must be at most {MOST_HITS}, got {limit}.")
        filters = SearchFilters(paths=paths, languages=languages, kinds=kinds)
        hits = self.indexes.search(
            query,
            limit=limit,
            offset=offset,
            filters=filters,
            mode=self._mode,
            regex=regex,
            like=like,
        )
        notes = self.indexes.notes(query, filters)
        found = partial(_found, query=query, absolute=not self.indexes.is_one)
        lines = [len(excerpt(hit, _LINES).lines) for hit in hits]
        left_out = 0
        if max_tokens is not None:
            fitting = fit(
                lines,
                lambda place, shown: _tokens(found(hits[place], shown)),
                budget=max_tokens,
                reserved=estimated_tokens(" ".join(notes)) + _FRAME_TOKENS,
            )
            lines, left_out = list(fitting.lines), fitting.left_out
            notes.append(fitting.note(max_tokens, offset))
        shown = [found(hit, most) for hit, most in zip(hits, lines, strict=False)]
        return FoundList(hits=shown, note=" ".join(filter(None, notes)), left_out=left_out)

    def read(self, path: str, start: int = 1, end: int | None = None) -> FileLines:
        """Lines of an indexed file, of several indexes by its absolute path; see `read_lines`."""
        return read_lines(self.indexes.holding(path), path, start, end)

    def status(self) -> list[IndexStatus]:
        """States of the indexes that are searched, brought up to date as by a search."""
        return [self._status(index) for index in self.indexes.indexes]

    def _status(self, index: CodeIndex) -> IndexStatus:
        freshness = index.refresh()
        stats, run = index.stats, index.teacher_run
        return IndexStatus(
            root=visible_line(str(index.root)),
            files=stats.files,
            chunks=stats.chunks,
            languages={visible_line(name): count for name, count in stats.languages.items()},
            updated=visible_line(stats.updated),
            teacher=visible_line(stats.teacher),
            missing=freshness.missing,
            taught=stats.taught,
            teaching=str(run) if run else "",
        )


def _tokens(found: FoundCode) -> int:
    return estimated_tokens(json.dumps(asdict(found), ensure_ascii=False) + ", ")


def _found(hit: SearchHit, most: int, *, query: str, absolute: bool) -> FoundCode:
    start, lines, _, more = excerpt(hit, most, query)
    path = visible_line(f"{hit.root}/{hit.path}" if absolute else hit.path)
    return FoundCode(
        place=f"{path}:{hit.line}",
        path=path,
        start_line=hit.start_line,
        end_line=hit.end_line,
        symbol=visible_line(hit.symbol),
        kind=hit.kind,
        language=hit.language,
        snippet=visible("\n".join(line[:_CHARACTERS] for line in lines)),
        snippet_line=start,
        more_lines=more,
        match_lines=list(hit.match_lines),
        stale=hit.stale,
    )
