"""Training queries from a codebase."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codequest.code.codebase import Codebase
from codequest.code.languages import language_of
from codequest.data.query_files import QUERY_SUFFIXES, load_queries, normal_form
from codequest.errors import DatasetError, InvalidInputError
from codequest.files import save_file
from codequest.mining.code_queries import code_queries
from codequest.mining.commits import commit_queries
from codequest.mining.derived import ORIGINS, DerivedQuery
from codequest.mining.functions import CODE_SUFFIXES
from codequest.mining.given import HUB, file_queries, hub_queries
from codequest.mining.heading_queries import SUFFIXES as PROSE_SUFFIXES
from codequest.mining.heading_queries import heading_queries
from codequest.mining.mixing import check_weights, mix
from codequest.mining.query_set import QuerySet
from codequest.progress import Progress, silent
from codequest.texts import counted

_SUFFIXES = (*CODE_SUFFIXES, *PROSE_SUFFIXES)
_MOST_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class DerivedQueries:
    """Queries of a codebase.

    Attributes:
        queries: Distinct queries, in the order in which they were found.
        found: How many distinct ones there were by origin, before weights and limit.
        duplicates: How many were the same as an earlier one.
        excluded: How many were left out for being in an evaluation set.
        files: How many files were read.
        passed_over: How many files were not read, by reason.
    """

    queries: Sequence[DerivedQuery] = field(repr=False)
    found: Counter[str]
    duplicates: int
    excluded: int
    files: int
    passed_over: Counter[str]

    @property
    def texts(self) -> list[str]:
        """The queries themselves: what `codequest.training.DistillationTrainer` takes."""
        return [query.text for query in self.queries]

    @property
    def counts(self) -> Counter[str]:
        """Number of queries by origin."""
        return Counter(query.origin for query in self.queries)

    def save(self, path: str | Path) -> Path:
        """Write ``.jsonl`` or ``.jsonl.gz`` next to its final name, then rename it.

        Args:
            path: Final name; a query file already there is replaced. `codequest.data.load_queries` reads it.

        Returns:
            The file.

        Raises:
            InvalidInputError: The name is not that of a JSON lines file, something else is there, or it cannot be
                written.
        """
        final = Path(path).expanduser()
        check_query_file(final)
        lines = "".join(
            json.dumps(
                {"text": query.text, "metadata": {"origin": query.origin, "source": query.source}}, ensure_ascii=False
            )
            + "\n"
            for query in self.queries
        )
        content = lines.encode("utf-8", "replace")
        try:
            save_file(final, gzip.compress(content, mtime=0) if final.suffix == ".gz" else content)
        except OSError as error:
            raise InvalidInputError(f"The queries cannot be written to {final}: {error.strerror}.") from error
        return final


def derive_queries(
    sources: Iterable[str | Path],
    *,
    weights: Mapping[str, float] | None = None,
    limit: int | None = None,
    exclude: Iterable[str] = (),
    seed: int = 0,
    progress: Progress = silent,
) -> DerivedQueries:
    """Training queries from a codebase, for when there is no query log.

    Args:
        sources: Folders, git repositories, source files and documents; query files; and hub datasets as
            ``hub:REPOSITORY[:SPLIT[:COLUMN]]``.
        weights: Share of the result by origin, see `ORIGINS`; the other origins share the rest as they were found.
        limit: Most queries to give.
        exclude: Queries that must not come out, such as those of evaluation sets; a query with the same content words
            is the same query.
        seed: Decides which are drawn.
        progress: Told how many files are read.

    Raises:
        DatasetError: A source does not exist or cannot be read, or nothing was found.
        InvalidInputError: A weight, the limit or the name of a hub dataset cannot be used.
        MissingDependencyError: There are source files and tree-sitter is not installed, or `datasets` for the hub.
    """
    given = [str(source) for source in ([sources] if isinstance(sources, (str, Path)) else sources)]
    weights = dict(weights or {})
    check_weights(weights)
    if limit is not None and limit < 1:
        raise InvalidInputError(f"The limit is {limit}. Expected at least 1, or none.")
    paths, found = _given(given)
    codebase = Codebase(paths, suffixes=_SUFFIXES)
    found = [*found, *_read(codebase, progress), *_history(paths)]
    distinct, duplicates, excluded = _distinct(found, QuerySet(exclude))
    if not distinct:
        raise _nothing_found(given, codebase, excluded)
    chosen = mix(distinct, weights, limit=limit, seed=seed)
    counts = Counter(query.origin for query in distinct)
    read = len(codebase.files) - codebase.passed_over.total()
    return DerivedQueries(chosen, counts, duplicates, excluded, read, codebase.passed_over)


def check_query_file(path: Path) -> None:
    """Refuse a name that queries cannot be written to.

    Raises:
        InvalidInputError: It is not the name of a JSON lines file, or something else is there.
    """
    if not path.name.endswith((".jsonl", ".jsonl.gz")):
        raise InvalidInputError(f"Queries are written as JSON lines, not to {path}. Give a name that ends in .jsonl.")
    try:
        if path.is_dir() or (path.exists() and path.stat().st_size and not load_queries(path)):
            raise DatasetError(str(path))
    except DatasetError as error:
        raise InvalidInputError(
            f"{path} exists and is not a query file, so it is not replaced. Choose another name, or remove it."
        ) from error


def _given(sources: Sequence[str]) -> tuple[list[Path], list[DerivedQuery]]:
    """The paths to look through, and the queries of the sources that are query files or datasets."""
    paths: list[Path] = []
    found: list[DerivedQuery] = []
    for source in sources:
        path = Path(source).expanduser()
        if source.startswith(HUB):
            found.extend(hub_queries(source))
        elif path.is_file() and path.name.endswith(QUERY_SUFFIXES):
            found.extend(file_queries(path))
        elif path.is_file() and path.suffix.lower() not in _SUFFIXES:
            raise DatasetError(
                f"{path} is of a type codequest does not read. It reads source files ({', '.join(CODE_SUFFIXES)}), "
                f"documents ({', '.join(PROSE_SUFFIXES)}) and query files ({', '.join(QUERY_SUFFIXES)})."
            )
        else:
            paths.append(path)
    return paths, found


def _read(codebase: Codebase, progress: Progress) -> Iterator[DerivedQuery]:
    for path, text in codebase.read(progress):
        language = language_of(path, text)
        yield from code_queries(text, path, language) if language else heading_queries(text, path)


def _history(paths: Iterable[Path]) -> Iterator[DerivedQuery]:
    for path in paths:
        if path.is_dir():
            yield from commit_queries(path)


def _distinct(found: Iterable[DerivedQuery], excluded: QuerySet) -> tuple[list[DerivedQuery], int, int]:
    """The distinct queries, how many were repeated, and how many excluded; origins that are rarer come first."""
    order = {origin: place for place, origin in enumerate(ORIGINS)}
    kept: dict[str, DerivedQuery] = {}
    duplicates = left_out = 0
    for query in sorted(found, key=lambda query: order[query.origin]):
        key = normal_form(query.text) if query.origin != "identifiers" else query.text
        if not query.text or len(query.text) > _MOST_CHARACTERS:
            continue
        if key in kept:
            duplicates += 1
        elif excluded and query.text in excluded:
            left_out += 1
        else:
            kept[key] = query
    return list(kept.values()), duplicates, left_out


def _nothing_found(sources: Sequence[str], codebase: Codebase, excluded: int) -> DatasetError:
    passed = ", ".join(f"{count} {reason}" for reason, count in codebase.passed_over.items())
    return DatasetError(
        f"No query was found in {', '.join(sources) or 'no source at all'}: {len(codebase.files)} source files and "
        f"documents{f' (passed over: {passed})' if passed else ''}, {counted(excluded, 'query')} excluded. Looked for "
        f"{'; '.join(f'{origin}, {meaning}' for origin, meaning in ORIGINS.items())}. Give the code's folder, a "
        "query file or hub:REPOSITORY."
    )
