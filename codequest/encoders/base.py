"""QueryEncoder: what every encoder does, whatever it computes with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy.typing as npt

from codequest.adapters import find_adapter, push_folder
from codequest.adapters.card import render_card
from codequest.adapters.folder import AdapterConfig, read_config, refuse_changed, write_adapter
from codequest.adapters.own_vectors import OwnVectors
from codequest.adapters.reference_vectors import ReferenceVectors
from codequest.arguments import whole_number
from codequest.encoders.embedding import embed_batch, embed_texts
from codequest.encoders.kinds import encoder_class, refuse_without_torch
from codequest.errors import AdapterFormatError, InvalidInputError, needs_torch
from codequest.files import scratch_folder
from codequest.progress import Progress, silent
from codequest.runtimes.parity import LEAST
from codequest.space import EmbeddingSpace, Vectors
from codequest.texts import checked_texts

if TYPE_CHECKING:
    from torch import Tensor
    from typing_extensions import Self

    from codequest.encoders.cost import EncoderCost
    from codequest.encoders.export import ExportTarget
    from codequest.runtimes import GraphPrecision


class QueryEncoder(ABC):
    """Embeds queries into the space of a teacher.

    A subclass gives `embed_batch`, `cost` and the two methods that rebuild it from a folder. Checking the
    texts, batching them by length and checking the vectors happens here, once.

    Attributes:
        kind: Name of the encoder class in adapter folders.
        batch_characters: Most characters of a padded batch of `encode`.
        uses_threads: Whether it computes with threads, which a fork loses.
        space: Where the vectors lie.
        training: How the encoder was trained; kept in its folder.
        metrics: What was measured with it; kept in its folder and shown in its card.
        reference_vectors: A few vectors of its teacher, which `check_teacher` compares with; kept in its folder.
        documents: Whether it was trained for documents, which `encode_documents` then embeds; kept in its folder.
    """

    kind: ClassVar[str]
    batch_characters: ClassVar[int] = 8192  # about 2,000 tokens, which fill two cores and stay in their caches
    uses_threads: ClassVar[bool] = True

    def __init__(self, space: EmbeddingSpace) -> None:
        self.space = space
        self.documents = False
        self.training: dict[str, Any] = {}
        self.metrics: dict[str, Any] = {}
        self.reference_vectors: ReferenceVectors | None = None

    @property
    def source_kind(self) -> str:
        """Kind of the encoder that this one was made from: its own, unless it is an exported form of another."""
        return self.kind

    @property
    def batch_invariant(self) -> bool:
        """Tell whether a query's vector is the same, beyond rounding, whatever else is in its batch."""
        return True

    @property
    def least_cosine(self) -> float:
        """Least cosine of its vectors of one text on two machines that are both right."""
        return LEAST["fp32"].worst

    def token_counts(self, queries: Sequence[str]) -> list[int]:
        """Number of tokens of each query before it is truncated.

        A quarter of its characters, unless a subclass knows better. Of a query that `codequest.texts.readable` cuts,
        the tokens of what is left of it.
        """
        return [len(query) // 4 + 1 for query in queries]

    @abstractmethod
    def embed_batch(self, queries: Sequence[str]) -> Vectors:
        """Unit vectors, (batch, dim), of queries that are already checked."""

    @abstractmethod
    def cost(self, *, tokens: int = 12) -> EncoderCost:
        """Cost of one query of this many tokens, computed from the model."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Settings that `rebuild` needs besides the tensors, JSON-ready."""

    @classmethod
    @abstractmethod
    def rebuild(cls, config: AdapterConfig, folder: Path, *, device: str | None) -> Self:
        """An encoder from what `describe`, `saved_tensors` and `saved_files` gave; `device` exists, or is None."""

    def config(self) -> AdapterConfig:
        """Contents of config.json of its folder."""
        return AdapterConfig(
            kind=self.kind,
            space=self.space,
            encoder=self.describe(),
            training=self.training,
            metrics=self.metrics,
            reference_vectors=self.reference_vectors,
            documents=self.documents,
        )

    def saved_tensors(self) -> Mapping[str, Tensor] | Mapping[str, npt.NDArray[Any]]:
        """Contents of model.safetensors; none for an encoder that is rebuilt without."""
        return {}

    def saved_files(self) -> Mapping[str, bytes | memoryview]:
        """Files of the adapter folder besides configuration, tensors and card, by name."""
        return {}

    def encode(self, queries: str | Sequence[str], *, batch_size: int = 256, progress: Progress = silent) -> Vectors:
        """Embed queries.

        NUL characters and lone surrogates are read as U+FFFD; queries longer than the model are truncated.

        Args:
            queries: One query, or a list of them.
            batch_size: Most queries in one forward pass; does not change the vectors.
            progress: Called after every batch.

        Returns:
            float32 unit vectors in `space`: (n, dim), in the order of the queries, or (dim,) for a single string.

        Raises:
            InvalidInputError: An empty query, or something that is no string.
        """
        batch_size = whole_number(batch_size, "batch_size")
        if isinstance(queries, str):
            vector: Vectors = embed_batch(self, checked_texts([queries], name="queries"))[0]
            progress("encoding queries", 1, 1)
            return vector
        texts = checked_texts(queries, name="queries")
        return embed_texts(self, texts, batch_size, partial(progress, "encoding queries"))

    async def aencode(self, queries: str | Sequence[str], *, batch_size: int = 256) -> Vectors:
        """Embed queries in a thread, for services on asyncio: as `encode`, while the loop answers others.

        Two calls compute at once, later ones wait. One that is cancelled ends after the batch that it is at, or is not
        begun.
        """
        from codequest.encoders.asynchronous import encode_soon  # and asyncio with it, which a command need not import

        return await encode_soon(self, queries, batch_size)

    def encode_documents(
        self, documents: Sequence[str], *, batch_size: int = 256, progress: Progress = silent
    ) -> Vectors:
        """Embed documents lightly, until the teacher has embedded them; they may be empty. Arguments as in `encode`.

        Returns:
            float32 unit vectors in `space`, (n, dim), in the order of the documents.

        Raises:
            InvalidInputError: The encoder was trained for queries alone, or something is no string.
        """
        if not self.documents:
            raise InvalidInputError(
                f"This {self.kind} encoder was trained for queries alone. Embed documents with the teacher, or with an "
                'encoder trained for them, such as "static-documents".'
            )
        texts = checked_texts(documents, name="documents", allow_empty=True)
        return embed_texts(self, texts, batch_size, partial(progress, "encoding documents"))

    def save_pretrained(self, folder: str | Path) -> Path:
        """Write the adapter folder: whole, or not at all.

        Args:
            folder: Where to; an adapter already there is replaced.

        Returns:
            The folder.

        Raises:
            AdapterWriteError: No permission, no space, or something that is no adapter is there.
        """
        config = self.config()
        with suppress(Exception):  # what was trained is saved, even where it cannot be run
            config = replace(config, own_vectors=OwnVectors.of(self.encode))
        return write_adapter(folder, config, self.saved_tensors(), render_card(config), files=self.saved_files())

    def export(self, folder: str | Path, *, runtime: ExportTarget, precision: GraphPrecision = "fp32") -> Path:
        """Write the encoder for another runtime, if what that runtime loads gives the encoder's vectors.

        For a runtime such as ONNX Runtime or OpenVINO it is one graph, from token ids to unit vectors, which
        `from_pretrained` loads again and which runs on the CPU without torch. Of several ways to int8 the fastest
        faithful one is taken. For sentence-transformers it is a folder of its modules, which needs no codequest.

        Args:
            folder: Where to; an adapter already there is replaced.
            runtime: One of `codequest.runtimes.RUNTIMES`, such as ``"onnx"`` for ONNX Runtime or ``"openvino"``; or
                ``"sentence-transformers"``.
            precision: ``"fp32"``; of graphs also ``"bf16"`` where runtime and CPU compute in it, or ``"int8"``.

        Raises:
            InvalidInputError: An unknown runtime or precision, an encoder that is already exported, or one that
                sentence-transformers has no modules for.
            MissingDependencyError: The runtime, or torch, which writes graphs, is not installed.
            PrecisionNotSupportedError: The runtime would only emulate the precision on this CPU.
            ParityError: What was written gives vectors too far from the encoder's; says how far.
            AdapterWriteError: No permission, no space, or something that is no adapter is there.
        """
        with needs_torch():
            from codequest.encoders.export import export_encoder

        return export_encoder(self, folder, runtime=runtime, precision=precision)

    def truncated_to(self, dim: int) -> Self:
        """The same encoder for an index whose vectors were truncated to their first values (Matryoshka).

        Nothing is trained for it: of its linear map the first rows are kept. What was measured with whole vectors is
        left out.

        Args:
            dim: Length of the vectors of the index, less than that of `space`.

        Raises:
            InvalidInputError: Another length, or an encoder without a linear map, such as an exported one.
        """
        from codequest.encoders.truncation import truncated_to  # which few need

        return truncated_to(self, dim)

    @classmethod
    def from_pretrained(cls, name: str | Path, *, revision: str | None = None, device: str | None = None) -> Self:
        """Load an adapter: the folder says which class it is of.

        Args:
            name: An adapter that comes with codequest, a folder, or a repository on the Hugging Face hub; a folder that
                is called like one of the first is written ``./static``, or given as a `Path`.
            revision: Commit, tag or branch of the repository.
            device: ``"cpu"``, ``"cuda"``, …; by default CUDA when there is one.

        Returns:
            The encoder, ready to encode.

        Raises:
            AdapterFormatError: Not an adapter, damaged, of another version, or not of this class.
            MissingDependencyError: It runs in torch, which is not installed; says how to have it without.
            WeightsNotFoundError: The base model is not on this machine and cannot be fetched.
            InvalidInputError: No such device on this machine.
        """
        folder = find_adapter(name, revision=revision)
        config = read_config(folder)
        refuse_changed(folder, config)
        refuse_without_torch(config.kind, name)
        chosen = encoder_class(config.kind, folder)
        if not issubclass(chosen, cls):
            raise AdapterFormatError(
                f"{folder} holds a {chosen.__name__}, not a {cls.__name__}. "
                f"Load it with {chosen.__name__}.from_pretrained() or QueryEncoder.from_pretrained()."
            )
        if device not in (None, "cpu"):  # every machine has a CPU, torch or not
            from codequest.backbone import choose_device

            choose_device(device)  # one that is not there is the caller's mistake, not the folder's
        try:
            encoder = chosen.rebuild(config, folder, device=device)
        except InvalidInputError as error:
            raise AdapterFormatError(f"The config.json of {folder} holds a wrong value: {error}") from error
        encoder.training = dict(config.training)
        encoder.metrics = dict(config.metrics)
        encoder.reference_vectors = config.reference_vectors
        encoder.documents = config.documents
        if config.own_vectors is not None:
            least = encoder.least_cosine
            config.own_vectors.check(encoder.encode, dim=config.space.dim, least=least, folder=folder)
        return encoder

    def push_to_hub(self, repo_id: str, *, private: bool = False, message: str = "Upload codequest adapter") -> str:
        """Upload the adapter folder to the Hugging Face hub.

        Returns:
            The address of the commit.

        Raises:
            AdapterWriteError: The hub refused it or could not be reached.
        """
        with scratch_folder() as scratch:
            return push_folder(self.save_pretrained(scratch / "adapter"), repo_id, private=private, message=message)
