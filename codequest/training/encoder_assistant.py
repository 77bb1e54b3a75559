"""An encoder as the teaching assistant: its query vectors, the teacher's documents."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import metadata
from typing import Any

import numpy.typing as npt
import torch

from codequest.backbone import choose_device, faithful_half
from codequest.encoders import TrainableQueryEncoder
from codequest.encoders.exported import ExportedQueryEncoder
from codequest.errors import InvalidInputError
from codequest.files import cache_root
from codequest.progress import Progress, silent
from codequest.runtimes import batch_per_core, batches_at_once
from codequest.runtimes.graph_cache import NO_GRAPH_HERE, cached_graph, graph_folder
from codequest.space import EmbeddingSpace, Side, Vectors
from codequest.teachers import CachedTeacher, Teacher
from codequest.teachers.base import WrappingTeacher
from codequest.teachers.local import WORTH_A_GRAPH
from codequest.training.config import digest
from codequest.training.run_folder import weights_digest


class EncoderAssistant(WrappingTeacher):
    """A teacher whose query vectors come from an encoder of its space, such as a LoRA on its own query side.

    The encoder's vectors are computed once and kept in a file of their own; those of documents are the teacher's.

    Args:
        teacher: The teacher of the space.
        encoder: Gives the query vectors.

    Raises:
        SpaceMismatchError: The encoder is of another space.
    """

    def __init__(self, teacher: Teacher, encoder: TrainableQueryEncoder) -> None:
        super().__init__(teacher)
        teacher.space.check(encoder.space, context="This encoder cannot assist this teacher")
        self.variant = digest(encoder.kind, encoder.describe(), weights_digest(encoder))
        file = f"{teacher.space.fingerprint}-{self.variant}.sqlite"
        self._queries = CachedTeacher(_QuerySide(encoder, self.variant), cache_root() / "vectors" / file)

    def encode(self, texts: Sequence[str], side: Side, *, progress: Progress = silent) -> Vectors:
        return (self._queries if side == "query" else self.teacher).encode(texts, side, progress=progress)


class _QuerySide(Teacher):
    """An encoder as a teacher of queries; in bf16 where the device is faster in it: training does not notice.

    Many queries on such a CPU run as a graph in OpenVINO where that is installed, which is faster.

    Args:
        encoder: The encoder.
        key: Tells encoders of one kind apart.
    """

    def __init__(self, encoder: TrainableQueryEncoder, key: str) -> None:
        self._encoder = encoder
        self._key = key
        self._graph: ExportedQueryEncoder | None = None
        self._device = choose_device(None)
        self._half = faithful_half(self._device) == "bf16"

    @property
    def space(self) -> EmbeddingSpace:
        return self._encoder.space

    def token_counts(self, texts: Sequence[str], side: Side) -> list[int]:  # noqa: ARG002
        return self._encoder.token_counts(texts)

    def prepare(self, tokens: int, *, progress: Progress = silent) -> None:  # noqa: ARG002
        if self._graph or tokens < WORTH_A_GRAPH or self._device.type != "cpu" or not self._half:
            return
        at_once = batch_per_core()
        write = partial(self._encoder.export, runtime="openvino", precision="bf16")
        try:
            folder = graph_folder(self._encoder.kind, {"encoder": self._key}, runtime="openvino", precision="bf16")
            with batches_at_once(at_once):
                self._graph = cached_graph(folder, read=ExportedQueryEncoder.from_pretrained, write=write)
            self.concurrency = at_once
        except (*NO_GRAPH_HERE, InvalidInputError, metadata.PackageNotFoundError):
            return  # torch can do it

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:  # noqa: ARG002
        if self._graph is not None:
            return self._graph.embed_batch(texts)
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16, enabled=self._half):
            return self._encoder.encode(texts)
