"""TrainableQueryEncoder: what the trainer asks of an encoder."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from codequest.encoders.base import QueryEncoder
from codequest.progress import Progress, silent
from codequest.space import Vectors

if TYPE_CHECKING:
    import numpy.typing as npt
    import torch
    from torch import Tensor, nn
    from typing_extensions import Self

    from codequest.space import TeacherLike


class TrainableQueryEncoder(QueryEncoder):
    """An encoder that distillation can train.

    Attributes:
        network: Maps what `collate` returns to unit vectors, (batch, dim).
    """

    network: nn.Module

    @classmethod
    @abstractmethod
    def create_for(
        cls, teacher: TeacherLike, *, queries: Sequence[str], options: Mapping[str, Any], progress: Progress = silent
    ) -> Self:
        """An untrained encoder for a teacher; see `codequest.encoders.kinds.create_encoder`.

        Raises:
            TypeError: An option that the class's ``create`` does not take, or one that is missing.
        """

    @classmethod
    def most_texts_embedded(cls, options: Mapping[str, Any]) -> int:  # noqa: ARG003
        """Most texts, besides the queries, that the teacher is asked for when an encoder is made with these options."""
        return 0

    @abstractmethod
    def trained_tensors(self) -> dict[str, Tensor]:
        """The weights that training changed, and only those."""

    def saved_tensors(self) -> Mapping[str, Tensor] | Mapping[str, npt.NDArray[Any]]:
        """The trained weights, unless they are kept in another form."""
        return self.trained_tensors()

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Device of the network."""

    @property
    @abstractmethod
    def max_tokens(self) -> int:
        """Longer queries are truncated to this many tokens."""

    @abstractmethod
    def token_counts(self, queries: Sequence[str]) -> list[int]:
        """Number of tokens of each query before it is truncated; of what `readable` leaves of a very long one."""

    @abstractmethod
    def prepare(self, queries: Sequence[str], *, progress: Progress = silent) -> Sequence[Mapping[str, Any]]:
        """One training input per query; whatever is frozen is computed here, once."""

    @abstractmethod
    def collate(self, inputs: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
        """Keyword arguments of `network` for a batch of training inputs."""

    @abstractmethod
    def initialize(
        self, inputs: Sequence[Mapping[str, Any]], query_vectors: Vectors, *, progress: Progress = silent
    ) -> None:
        """Start from the closed-form map that fits the teacher's vectors of these queries best.

        Args:
            inputs: n training inputs, from `prepare`.
            query_vectors: (n, dim), the teacher's vectors of the same queries.
            progress: Called while the queries run through the untrained base.
        """

    def begin_training(self) -> None:
        """Called before the first training step."""

    def end_training(self) -> None:
        """Called after the last training step."""
