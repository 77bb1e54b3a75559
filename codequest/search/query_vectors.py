"""Embedding of an index's queries by a light encoder, or its teacher."""

from __future__ import annotations

import threading
from collections.abc import Callable

from codequest.adapters import find_adapter
from codequest.adapters.folder import read_config
from codequest.encoders.base import QueryEncoder
from codequest.encoders.light import light_encoder, prepare_light, starts_fast
from codequest.errors import InvalidInputError, SpaceMismatchError, has_torch
from codequest.progress import Progress
from codequest.runtimes import sharing_cpu
from codequest.search.home import IndexHome
from codequest.search.meta import IndexStats
from codequest.space import EmbeddingSpace, Vectors
from codequest.texts import checked_texts

TEACHER = "teacher"
DEFAULT = "default"
"""Stands for `BEST_ENCODER`, or for `QUICK_ENCODER` where neither torch nor its graph is there."""
BEST_ENCODER = "minilm-lora"
"""Adapter that embeds queries where it can."""
QUICK_ENCODER = "static"
"""Embeds queries until the best encoder has been prepared: it needs neither torch nor a graph."""


class QueryVectors:
    """Embeds queries into the space of an index; what it embeds with is loaded for the first query.

    Args:
        encoder: An adapter by name or folder, an encoder, or ``"teacher"``.
        home: The index.
        stats: Its contents.

    Raises:
        SpaceMismatchError: The encoder is of another space than the index.
        AdapterFormatError: There is no such adapter.
    """

    def __init__(self, encoder: str | QueryEncoder, home: IndexHome, stats: IndexStats) -> None:
        self._lock = threading.Lock()
        self._embed: Callable[[str], Vectors] | None = None
        self._encoder, self._home, self._stats = encoder, home, stats
        if isinstance(encoder, QueryEncoder):
            self._check(encoder.space, f"encoder of kind {encoder.kind}")
        elif encoder != TEACHER:
            self._check(read_config(find_adapter(encoder)).space, f"adapter {encoder!r}")

    @property
    def space(self) -> EmbeddingSpace:
        """The space of the vectors."""
        return self._stats.space

    def __call__(self, query: str) -> Vectors:
        """The vector of a query, (dim,)."""
        [text] = checked_texts([query], name="queries")
        with self._lock:
            if self._embed is None:
                self._embed = self._load()
        return self._embed(text)

    def prepare(self) -> bool:
        """Make the graph of the adapter, for every later search; see `codequest.encoders.light.prepare_light`."""
        if isinstance(self._encoder, QueryEncoder) or self._encoder == TEACHER:
            return False
        return prepare_light(self._encoder)

    def _load(self) -> Callable[[str], Vectors]:
        if isinstance(self._encoder, QueryEncoder):
            return self._encoder.encode
        if self._encoder != TEACHER:
            with sharing_cpu():  # the product with the index has threads of its own
                return light_encoder(self._encoder).encode
        from codequest.search.index_teacher import load_index_teacher

        teacher = load_index_teacher(self._home, self._stats)
        return lambda query: teacher.encode_queries([query])[0]

    def _check(self, space: EmbeddingSpace, what: str) -> None:
        if space == self._stats.space:
            return
        raise SpaceMismatchError(
            f"The {what} embeds into {space}; the index of {self._home.root} was made in {self._stats.space}. Search "
            'with an adapter of that teacher, with encoder="teacher", or by words alone with mode="lexical"; or make '
            "the index anew: codequest index --rebuild --teacher."
        )


def prepare_default_encoder(home: IndexHome, stats: IndexStats, progress: Progress) -> None:
    """Make the graph of the adapter that searches an index by default, once: half a minute, for every later search."""
    try:
        queries = QueryVectors(BEST_ENCODER, home, stats)
    except SpaceMismatchError:  # it is of another teacher
        return
    progress("Making the query encoder start fast", 0, 1)
    queries.prepare()


def quick_encoder() -> str:
    """The encoder that searches by default from the shell: the best one that starts fast."""
    return BEST_ENCODER if starts_fast(BEST_ENCODER) else QUICK_ENCODER


def runnable_encoder() -> str:
    """The encoder that `DEFAULT` stands for: the best one that runs here, however long it takes to start."""
    return BEST_ENCODER if has_torch() else quick_encoder()


def checked_encoder(encoder: str | QueryEncoder | None) -> None:
    """Refuse what names no encoder.

    Raises:
        InvalidInputError: Neither a name, nor an encoder, nor None.
    """
    if encoder is not None and not isinstance(encoder, (str, QueryEncoder)):
        raise InvalidInputError(
            f'encoder must be the name or folder of an adapter, a QueryEncoder, "teacher" or None for mode lexical, '
            f"got {type(encoder).__name__}."
        )
