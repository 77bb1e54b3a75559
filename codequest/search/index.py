"""CodeIndex: the code of a folder, embedded once, searched by a light encoder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codequest.encoders.base import QueryEncoder
from codequest.progress import Progress, silent
from codequest.search.freshness.fresh_index import Freshness
from codequest.search.hits import SearchFilters, SearchHit, SearchMode
from codequest.search.home import IndexHome
from codequest.search.meta import IndexStats
from codequest.search.opened_index import OpenedIndex
from codequest.search.query.facets import Facets, count_facets
from codequest.search.query.parsed_query import parse_query
from codequest.search.query.request import SearchRequest
from codequest.search.query.together import search_together, unmatched_together
from codequest.search.query_vectors import DEFAULT, runnable_encoder
from codequest.search.searching import search_opened
from codequest.search.teaching.teacher_run import TeacherRun

if TYPE_CHECKING:
    from codequest.search.answers import PackedContext
    from codequest.search.index_run import IndexRun
    from codequest.teachers import Teacher


class CodeIndex:
    """The code of a folder, ready to be searched; `open` gives one, and `build` makes what it opens.

    Threads may search at the same time. An index run that ends meanwhile is noticed at the next search.

    Attributes:
        root: The indexed folder.
        encoder: Encoder that was given to embed queries.
        opened: The index in memory, which `codequest.search` searches.
    """

    def __init__(self, home: IndexHome, encoder: str | QueryEncoder | None, *, refresh: bool = True) -> None:
        self.root, self.encoder = home.root, encoder
        self._home, self.opened = home, OpenedIndex(home, encoder, refresh=refresh)

    @staticmethod
    def build(
        path: str | Path,
        *,
        teacher: str | Teacher | None = None,
        light: bool = False,
        light_encoder: str | Path | None = None,
        rebuild: bool = False,
        progress: Progress = silent,
    ) -> IndexRun:
        """Index a folder, or bring its index up to date: only new and changed files are read and embedded.

        It can be searched within seconds: everything gets its words and the vector of a light encoder first. Then the
        teacher embeds one chunk after the other, the most promising ones first, and searches find what it has done so
        far. Where nothing embeds documents lightly in the teacher's space, the teacher embeds everything at once.

        The adapter that searches it by default becomes a graph once, half a minute, where the runtime is installed:
        every later search starts without torch.

        The index is the folder ``.codequest`` in it, or lies in codequest's cache where the folder cannot be written.
        A run that is killed leaves what can be searched as it is, and the next one embeds nothing twice. A second run
        at the same time waits for the first.

        Args:
            path: A folder.
            teacher: Embeds the code: a name as in `codequest.load_teacher`, or a teacher. By default the one that
                made the index, or ``auto:sentence-transformers/all-mpnet-base-v2`` for a new one. One that is not on
                this machine is said once; that is kept in codequest's cache.
            light: Stop as soon as everything can be searched. A later run goes on with the teacher.
            light_encoder: Adapter, by name or folder, that embeds new code until the teacher has. By default the one
                of the index, or the best that comes with codequest for the teacher's space; it must be of that space.
            rebuild: Start from nothing, for another teacher or a damaged index; what searches see is the old one
                until it is done.
            progress: Called while files are read and chunks are embedded.

        Raises:
            CodeIndexError: No folder, nothing to index, an index of another version, or it cannot be written.
            SpaceMismatchError: The index was made by another teacher, or the light encoder is of another.
            TeacherError: The teacher failed, or the index names one of an API, which you have not said;
                WeightsNotFoundError: it is not on this machine. What has light vectors can be searched nevertheless.
            MissingDependencyError: The extra ``search`` is not installed.
        """
        from codequest.search.index_run import build_index

        return build_index(
            path, teacher=teacher, light=light, light_encoder=light_encoder, rebuild=rebuild, progress=progress
        )

    @staticmethod
    def teach(path: str | Path, *, teacher: str | None = None, progress: Progress = silent) -> None:
        """Go on with the teacher where an index has light vectors; `build` does this, too, after looking for changes.

        Stopped or killed, it keeps what it has done.

        Args:
            path: An indexed folder, or one inside.
            teacher: Name of the teacher, where it is not on this machine and was not said before.
            progress: Called while chunks are embedded.

        Raises:
            CodeIndexError: There is no index, it cannot be written, or it was removed meanwhile.
            SpaceMismatchError: It is not the teacher of the index.
            TeacherError: The teacher failed; WeightsNotFoundError: it is not on this machine.
        """
        from codequest.search.teaching.teacher_pass import teach_index

        teach_index(IndexHome.find(path), teacher=teacher, progress=progress)

    @property
    def teacher_run(self) -> TeacherRun | None:
        """The run that embeds with the teacher now, in whichever process; None where there is none."""
        return TeacherRun.of(self._home)

    @classmethod
    def open(
        cls,
        path: str | Path = ".",
        *,
        encoder: str | QueryEncoder | None = DEFAULT,
        refresh: bool = True,
    ) -> CodeIndex:
        """Open the index of a folder, or of the nearest folder around it that has one.

        Args:
            path: A folder or file.
            encoder: Embeds queries: an adapter by name or folder, a query encoder, ``"teacher"`` for the model that
                made the index, ``"default"`` for minilm-lora, or static where torch is not installed, or None to
                search by words alone. It is loaded for the first query.
            refresh: Whether every search first brings in what has changed, as far as there is time, and marks the rest.

        Raises:
            IndexNotFoundError: There is no index; the message says how to make it.
            CodeIndexError: It is damaged, or of another version.
            SpaceMismatchError: The encoder embeds into another space.
            AdapterFormatError: There is no such adapter.
            MissingDependencyError: The extra ``search`` is not installed.
        """
        home = IndexHome.find(path)
        return cls(home, runnable_encoder() if encoder == DEFAULT else encoder, refresh=refresh)

    @property
    def stats(self) -> IndexStats:
        """Contents of the index.

        Raises:
            CodeIndexError: The index was damaged or removed meanwhile.
        """
        return self.opened.stats

    @property
    def paths(self) -> frozenset[str]:
        """The files in the index, relative to the root, with forward slashes."""
        return self.opened.current()[0].paths

    @property
    def folder(self) -> Path:
        """Folder of the index."""
        return self._home.folder

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        filters: SearchFilters | None = None,
        mode: SearchMode = "hybrid",
        regex: str = "",
    ) -> list[SearchHit]:
        """The chunks that answer a query, best first.

        Args:
            query: A question, a description, names. In it ``file:src/``, ``-file:tests/``, ``lang:go`` filter as
                `filters` do, and hits have ``"max_retries = 5"`` exactly as quoted.
                It may be empty, or filters alone, where there is a regular expression.
            limit: Most hits.
            offset: How many of the best hits are left out: those that searches before have given. As long as the index
                stays as it is, no hit comes twice.
            filters: What is searched at all; by default everything. Those of the query must hold as well.
            mode: ``"hybrid"``, ``"dense"`` by meaning alone or ``"lexical"`` by words alone.
            regex: A regular expression of Python's ``re`` that matches in every hit, ``^`` and ``$`` at any line. An
                empty query ranks by how many matches there are in how few lines, and needs no encoder.

        Raises:
            InvalidInputError: A query that is empty or nothing but filters, a limit below 1, an offset below 0, an
                unknown mode or language; no encoder, but not mode lexical; a regular expression that is broken, or
                takes more than five seconds.
            CodeIndexError: The index was damaged or removed meanwhile.
        """
        return search_together([self], query, limit=limit, offset=offset, filters=filters, mode=mode, regex=regex)

    def like(
        self, place: str, *, limit: int = 10, offset: int = 0, filters: SearchFilters | None = None
    ) -> list[SearchHit]:
        """The chunks whose vectors are nearest to that of the chunk at a place, nearest first; no encoder runs.

        Left out are the chunk itself and what shares lines with it.

        Args:
            place: ``path:line``, or ``path:first-last`` as a hit has them; relative to the root, or absolute.
            limit: Most hits.
            offset: How many of the nearest are left out.
            filters: What is searched at all.

        Raises:
            InvalidInputError: No place, one outside of the root, or none that is in the index.
            CodeIndexError: The index was damaged or removed meanwhile.
        """
        return search_together([self], "", limit=limit, offset=offset, filters=filters, like=place)

    def pack(
        self,
        question: str,
        *,
        budget: int = 6000,
        limit: int = 30,
        filters: SearchFilters | None = None,
        mode: SearchMode = "hybrid",
    ) -> PackedContext:
        """A prompt for a language model: the question with the code that may answer it, best first.

        Chunks are taken in their order as long as they fit; those of one file that overlap or adjoin become one
        source.

        Args:
            question: What is to be answered; ``file:`` and the like mean nothing in it.
            budget: Most tokens of the prompt as a whole, estimated as one for every three bytes of UTF-8: more than
                tokenizers of language models make of most code.
            limit: Most chunks.
            filters: As in `search`.
            mode: As in `search`.

        Raises:
            InvalidInputError: The budget is too small for a single chunk; otherwise as `search`.
            CodeIndexError: Nothing was found; otherwise as `search`.
        """
        from codequest.search.answers.context import pack

        request = SearchRequest.of_question(question, limit=limit, filters=filters, mode=mode)
        return pack(question, search_opened([self.opened], request), budget=budget)

    @property
    def freshness(self) -> Freshness:
        """How the index stood to its folder at the last search or `refresh`."""
        return self.opened.freshness

    def refresh(self) -> Freshness:
        """Look which files have changed, and bring them into the index, as every search does; raises as `search`."""
        return self.opened.look()

    def unmatched(self, query: str = "", filters: SearchFilters | None = None) -> list[str]:
        """Sentences about what a search asks for and nothing in the index has: language, glob, kind, quoted text.

        Args:
            query: As in `search`; of it, its filters and what it quotes.
            filters: As in `search`.

        Raises:
            InvalidInputError: An unknown language, or too many filters or quoted texts.
            CodeIndexError: The index was damaged or removed meanwhile.
        """
        return unmatched_together([self], query, filters)

    def facets(self, filters: SearchFilters | None = None, query: str = "") -> Facets:
        """Counts of chunks that the filters leave, and that each of their alternatives would.

        Args:
            filters: As in `search`.
            query: As in `search`; its filters, and what it quotes, hold for every count.

        Raises:
            InvalidInputError: An unknown language, or too many filters or quoted texts.
            CodeIndexError: The index was damaged or removed meanwhile.
        """
        snapshot, _ = self.opened.current()
        return count_facets(snapshot, filters or SearchFilters(), parse_query(query))
