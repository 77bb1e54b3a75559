"""The words of chunks in tantivy (https://github.com/quickwit-oss/tantivy): BM25 over stemmed words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from codequest.errors import require
from codequest.search.lexicon import words
from codequest.search.store.segments import refuse_damaged
from codequest.space import Vectors

if TYPE_CHECKING:
    from tantivy import Index

WORDS_FOLDER = "words"
_ID, _WORDS = "id", "words"
_ANALYZER = "codequest"
_UNFINISHED = ".tmp*"  # files that tantivy has not given their names yet, and leaves where it is killed
_HEAP_BYTES = 100_000_000
_MOST_TERMS = 1024  # of a query
_SYMBOL_WEIGHT = 2  # how often the words of a symbol count


class WordSearch:
    """The full-text index as it was when this was made.

    Args:
        folder: That of the store.

    Raises:
        ValueError: The index is damaged or gone.
        MissingDependencyError: tantivy is not installed.
    """

    def __init__(self, folder: Path) -> None:
        self._tantivy = require("tantivy", extra="search")
        index = _opened(self._tantivy, folder / WORDS_FOLDER)
        self._schema, self._searcher = index.schema, index.searcher()
        self._analyzer = _analyzer(self._tantivy)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def find(self, query: str, *, limit: int) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Ids and BM25 scores of the chunks that share most with the words of a query, best first."""
        kind, should = self._tantivy.Query, self._tantivy.Occur.Should
        analyzed = self._analyzer.analyze(" ".join(words(query)))[:_MOST_TERMS]
        terms = [kind.term_query(self._schema, _WORDS, term) for term in analyzed]
        if not terms or not limit:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        wanted = kind.boolean_query([(should, term) for term in terms])
        hits = self._searcher.search(wanted, limit, count=False).hits
        ids = self._searcher.fast_field_values(_ID, [address for _, address in hits])
        return np.array(ids, np.int64), np.array([score for score, _ in hits], np.float32)


class WordWriter:
    """Adds chunks to the full-text index and removes them; searches see nothing of it before `commit`.

    Args:
        folder: That of the store, which nobody else writes; an index is made in it where there is none.

    Raises:
        ValueError: The index is damaged, or cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._tantivy = tantivy = require("tantivy", extra="search")
        place = folder / WORDS_FOLDER
        place.mkdir(exist_ok=True)
        for left in place.glob(_UNFINISHED):
            left.unlink(missing_ok=True)
        index = _opened(tantivy, place) if tantivy.Index.exists(str(place)) else _created(tantivy, place)
        index.register_tokenizer(_ANALYZER, _analyzer(tantivy))
        self._schema = index.schema
        self._writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)

    def add(self, ids: Sequence[int], texts: Iterable[str]) -> None:
        """Add chunks by their `indexed_words`."""
        for number, text in zip(ids, texts, strict=True):
            document = self._tantivy.Document()
            document.add_integer(_ID, number)
            document.add_text(_WORDS, text)
            self._writer.add_document(document)

    def remove(self, ids: Sequence[int]) -> None:
        """Remove chunks."""
        if ids:
            self._writer.delete_documents_by_query(self._tantivy.Query.term_set_query(self._schema, _ID, list(ids)))

    def commit(self) -> None:
        """Write everything onto the disk."""
        self._writer.commit()

    def close(self) -> None:
        """Forget what was not committed, and let other runs write."""
        with suppress(ValueError):  # a writer that failed has ended already
            self._writer.rollback()
            self._writer.wait_merging_threads()


def has_words(folder: Path) -> bool:
    """Tell whether a store has a full-text index, damaged or not."""
    return (folder / WORDS_FOLDER).exists()


def indexed_words(path: str, symbol: str, text: str) -> str:
    """The words of a chunk, split as those of queries are."""
    return " ".join((*words(path), *_SYMBOL_WEIGHT * (*words(symbol),), *words(text)))


def stemmed(text: str) -> list[str]:
    """The stems of the words of a text, as they are indexed; those of every text are left out."""
    analyzed: list[str] = _shared_analyzer().analyze(" ".join(words(text)))
    return analyzed


@cache
def _shared_analyzer() -> Any:
    return _analyzer(require("tantivy", extra="search"))


def _opened(tantivy: Any, place: Path) -> Index:
    refuse_damaged(place)
    opened: Index = tantivy.Index.open(str(place))
    return opened


def _created(tantivy: Any, place: Path) -> Index:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(_ID, indexed=True, fast=True)
    builder.add_text_field(_WORDS, tokenizer_name=_ANALYZER, index_option="freq")
    created: Index = tantivy.Index(builder.build(), path=str(place))
    return created


def _analyzer(tantivy: Any) -> Any:
    """Words are split already; they are stemmed, and those of every text left out."""
    kinds = tantivy.Filter
    chain = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    for each in (kinds.lowercase(), kinds.stemmer("english"), kinds.stopword("english"), kinds.ascii_fold()):
        chain = chain.filter(each)
    return chain.build()
