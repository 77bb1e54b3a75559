"""Teacher: the large model whose space the index lies in."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from codequest.errors import CodequestError, TeacherError
from codequest.progress import Progress, Work, silent
from codequest.space import EmbeddingSpace, Side, Vectors, checked_teacher, normalized
from codequest.teachers.threads import as_they_come
from codequest.texts import batches_by_size, checked_texts, counted

if TYPE_CHECKING:
    from codequest.teachers.local import LocalTeacher

_EMBEDDING: Mapping[Side, Work] = {"query": Work.EMBEDDING_QUERIES, "document": Work.EMBEDDING_DOCUMENTS}


class Teacher(ABC):
    """Embeds queries and documents into its own space.

    A subclass gives `space` and `embed_batch`. Checking and batching texts, progress, number format and
    normalisation happen here, once.

    Attributes:
        max_texts: Most texts in a batch.
        batch_tokens: Most tokens in a batch after padding.
        concurrency: Most batches that `embed_batch` may be given at once, from as many threads.
        variant: Tells teachers of one space apart whose vectors differ; they are not kept in its cache.
    """

    variant: str = ""
    max_texts: int = 512
    batch_tokens: int = 1536  # enough to keep a few CPU cores busy
    concurrency: int = 1

    @property
    @abstractmethod
    def space(self) -> EmbeddingSpace:
        """The space of the vectors."""

    @abstractmethod
    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        """Vectors, (batch, dim), of texts that are already checked; prompts are this method's business."""

    def token_counts(self, texts: Sequence[str], side: Side) -> list[int]:  # noqa: ARG002
        """Number of tokens of each text, at least one; a quarter of its characters, unless a subclass knows better."""
        return [len(text) // 4 + 1 for text in texts]

    def prepare(self, tokens: int, *, progress: Progress = silent) -> None:  # noqa: B027
        """Called before so many tokens are embedded, in one batch or in many.

        Args:
            tokens: Number of tokens of all texts together.
            progress: Called from time to time where this takes long.
        """

    def interrupt(self) -> None:  # noqa: B027
        """Called when a batch has failed or the run is stopped: batches still under way should soon end or fail."""

    def encode_queries(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Embed queries as the teacher embeds queries.

        Args:
            texts: n queries, none of them empty.
            progress: Called after every batch.

        Returns:
            float32 (n, dim), in the order given; unit rows when the space is normalized.

        Raises:
            InvalidInputError: Not a list of non-empty strings.
            TeacherError: The teacher failed, or returned vectors that cannot be right.
        """
        return self.encode(checked_texts(texts, name="queries"), "query", progress=progress)

    def encode_documents(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Embed documents as the teacher embeds documents; arguments and results as in `encode_queries`.

        Empty documents are allowed: an empty file in a corpus is no reason to stop.
        """
        return self.encode(checked_texts(texts, name="documents", allow_empty=True), "document", progress=progress)

    def encode(self, texts: Sequence[str], side: Side, *, progress: Progress = silent) -> Vectors:
        """Embed checked texts of one side; `encode_queries` and `encode_documents` are the public way in."""
        vectors = np.empty((len(texts), self.space.dim), dtype=np.float32)
        for batch, embedded in self.encode_batches(texts, side, progress=progress) if texts else ():
            vectors[batch] = embedded
        return vectors

    def encode_batches(
        self,
        texts: Sequence[str],
        side: Side,
        *,
        known: int = 0,
        shard: tuple[int, int] = (0, 1),
        skip: Callable[[list[int]], bool] = lambda _: False,
        rescue: Callable[[list[int], Exception], Vectors] | None = None,
        progress: Progress = silent,
    ) -> Iterator[tuple[list[int], Vectors]]:
        """Positions and vectors of texts by batches, the longest texts first, after the teacher has prepared for them.

        Batches come as they are done. When one fails, those under way still come before the error is raised.
        Progress is reported after every batch. It counts texts by their share of all tokens: by their number, the
        time left would seem far too long until the short ones come.

        Args:
            texts: The texts to embed, of which there is at least one.
            side: Side of the texts: queries or documents.
            known: Number of further texts in the total, which need no embedding.
            shard: Number of this process, from 0, and number of all processes; each begins at its own batch, and goes
                on to those of the next.
            skip: Asked before a batch is embedded; a batch that is skipped does not come.
            rescue: Gives the vectors of a batch that failed with an error, or raises one; called where batches are
                embedded. Without it, the error is raised.
            progress: Called while the teacher prepares and after every batch.
        """
        counts = self.token_counts(texts, side)
        tokens, done = sum(counts), 0
        self.prepare(tokens, progress=progress)
        batches = list(batches_by_size(counts, max_texts=self.max_texts, max_size=self.batch_tokens))
        first = shard[0] * len(batches) // shard[1]

        def embed(batch: list[int]) -> Vectors:
            try:
                return self.encode_batch([texts[position] for position in batch], side)
            except (CodequestError, RuntimeError) as error:
                if rescue is None:
                    raise
                return rescue(batch, error)

        ordered = batches[first:] + batches[:first]
        for batch, vectors in as_they_come(embed, ordered, threads=self.concurrency, skip=skip, stop=self.interrupt):
            if vectors is not None:
                yield batch, vectors
            done += sum(counts[position] for position in batch)
            progress(_EMBEDDING[side], known + len(texts) * done // tokens, known + len(texts))

    def encode_batch(self, texts: Sequence[str], side: Side) -> Vectors:
        """Checked vectors, (batch, dim), of the texts of one batch."""
        return self.checked_vectors(self.embed_batch(texts, side), len(texts))

    def checked_vectors(self, vectors: npt.NDArray[Any], count: int) -> Vectors:
        """Vectors as float32, normalized if the space is, after a check of shape and values.

        Raises:
            TeacherError: Another number of vectors, another dim, NaN or infinity.
        """
        if vectors.shape != (count, self.space.dim):
            raise TeacherError(
                f"{self.space.teacher} returned vectors of shape {vectors.shape}, expected {(count, self.space.dim)}. "
                "Is it another model, or another version of it?"
            )
        checked = np.ascontiguousarray(vectors, dtype=np.float32)
        if not np.isfinite(checked).all():
            raise TeacherError(
                f"{self.space.teacher} returned NaN or infinity for {int((~np.isfinite(checked)).any(1).sum())} of "
                f"{counted(count, 'text')}. A teacher in half precision may overflow: load it in fp32."
            )
        return normalized(checked) if self.space.normalized else checked


class WrappingTeacher(Teacher):
    """A teacher in the space of another, whose vectors it takes; a subclass gives `encode`, which does the batching.

    Args:
        teacher: The other one.

    Attributes:
        teacher: The other one.
    """

    def __init__(self, teacher: Teacher) -> None:
        checked_teacher(teacher)
        self.teacher = teacher
        self.batch_tokens = teacher.batch_tokens

    @property
    def space(self) -> EmbeddingSpace:
        return self.teacher.space

    def token_counts(self, texts: Sequence[str], side: Side) -> list[int]:
        return self.teacher.token_counts(texts, side)

    def prepare(self, tokens: int, *, progress: Progress = silent) -> None:
        self.teacher.prepare(tokens, progress=progress)

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        return self.encode(texts, side)

    @abstractmethod
    def encode(self, texts: Sequence[str], side: Side, *, progress: Progress = silent) -> Vectors:
        """As in `Teacher`, of all texts at once."""


def innermost(teacher: Teacher) -> Teacher:
    """The teacher itself, out of the caches around it."""
    while isinstance(teacher, WrappingTeacher):
        teacher = teacher.teacher
    return teacher


def local_model(teacher: Teacher) -> LocalTeacher | None:
    """The model on this machine that a teacher runs; None for every other teacher, for which torch is not imported."""
    local = sys.modules.get("codequest.teachers.local")
    model = innermost(teacher)
    return model if local is not None and isinstance(model, local.LocalTeacher) else None
