"""Sources by name, as command lines write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from codequest.corpus.sources.code_folder import CodeSource
from codequest.corpus.sources.hub_table import HubSource
from codequest.corpus.sources.source import Columns, Corpus, TextSource
from codequest.corpus.sources.tables import LinesSource, ParquetSource
from codequest.data.lines import refuse_outside
from codequest.errors import DatasetError, InvalidInputError
from codequest.files import put_back
from codequest.space import Side

SOURCE_NAME = (
    "A .jsonl, .txt (either may be .gz) or .parquet file, a folder in BEIR layout, hub:REPOSITORY[:CONFIG[:SPLIT]], or "
    "a folder of code, which is cut into chunks."
)

_LINES = (".jsonl", ".jsonl.gz", ".txt", ".txt.gz")
_BEIR: dict[Side, str] = {"document": "corpus", "query": "queries"}
_MOST_PARTS = 3


def open_corpus(
    names: Sequence[str | Path], columns: Columns, *, side: Side, longest_chunk: Callable[[], int]
) -> Corpus:
    """The corpus of some names.

    Args:
        names: Each as in `SOURCE_NAME`.
        columns: Those that were chosen; folders of code have none.
        side: Whether of a BEIR folder the documents or the queries are meant.
        longest_chunk: Gives the characters of the longest chunk of code.

    Raises:
        DatasetError: There is nothing of that name.
        InvalidInputError: No name, one that cannot be read, or columns of a folder of code.
    """
    if not names:
        raise InvalidInputError(f"There is nothing to embed. Name at least one source: {SOURCE_NAME}")
    prefixes = _prefixes(names)
    return Corpus([_open(name, columns, prefixes[str(name)], side, longest_chunk) for name in names])


def _prefixes(names: Sequence[str | Path]) -> dict[str, str]:
    """What ids begin with that are unique in their own source alone; nothing where there is one source.

    Raises:
        InvalidInputError: Two sources would have the same.
    """
    if len(names) == 1:
        return {str(names[0]): ""}
    short = {str(name): str(name) if str(name).startswith("hub:") else Path(name).resolve().name for name in names}
    twice = [name for name, count in Counter(short[str(name)] for name in names).items() if count > 1]
    if twice:
        raise InvalidInputError(
            f"Several sources are called {twice[0]!r}, by which their ids are told apart. Rename one, or embed them "
            "into folders of their own."
        )
    return {name: f"{prefix}/" for name, prefix in short.items()}


def _open(name: str | Path, columns: Columns, prefix: str, side: Side, longest_chunk: Callable[[], int]) -> TextSource:
    if isinstance(name, str) and name.startswith("hub:"):
        parts = name.removeprefix("hub:").split(":")
        if len(parts) > _MOST_PARTS or not all(parts):
            raise InvalidInputError(f"Cannot read the source {name!r}. Expected hub:REPOSITORY[:CONFIG[:SPLIT]].")
        repository, config, split = [*parts, None, None][:_MOST_PARTS]
        return HubSource(str(repository), config, split, columns, prefix=prefix)
    path = Path(name).expanduser()
    put_back(path)
    if path.is_dir():
        return _folder(path, columns, prefix, side, longest_chunk)
    if not path.exists():
        raise DatasetError(f"There is no {path}. Expected a source: {SOURCE_NAME}")
    if path.suffix == ".parquet":
        return ParquetSource(path, columns, prefix=prefix)
    if path.name.endswith(_LINES):
        return LinesSource(path, columns, prefix=prefix)
    raise DatasetError(f"{path} is of a type that is not embedded. Expected a source: {SOURCE_NAME}")


def _folder(path: Path, columns: Columns, prefix: str, side: Side, longest_chunk: Callable[[], int]) -> TextSource:
    for ending in (".jsonl", ".jsonl.gz"):
        if (file := path / f"{_BEIR[side]}{ending}").is_file():
            return LinesSource(refuse_outside(file, path), columns, prefix=prefix)
    if columns != Columns() or side == "query":
        raise InvalidInputError(
            f"{path} is no BEIR folder with a {_BEIR[side]}.jsonl: it would be cut into chunks of code, which are "
            "documents and have no columns. Name the file with the texts itself."
        )
    return CodeSource(path.resolve(), max_characters=longest_chunk(), prefix=prefix)
