"""A Hugging Face or sentence-transformers model on this machine, as a teacher."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from copy import copy
from functools import partial
from threading import Lock
from typing import Any, Literal, get_args

import numpy.typing as npt
import torch

from codequest.backbone import Backbone, Choices, Precision, choose_device, faithful_half
from codequest.errors import CodequestError, CodequestWarning, InvalidInputError, MissingDependencyError
from codequest.progress import Progress, silent
from codequest.space import EmbeddingSpace, Pooling, Side
from codequest.teachers.base import Teacher
from codequest.teachers.local_graph import TeacherGraph, open_graph
from codequest.weights import locate

TeacherPrecision = Literal["auto", "fp32", "bf16", "fp16"]

_GPU_TOKENS = 32_768  # a batch that keeps a GPU busy
WORTH_A_GRAPH = 2000  # tokens: for fewer, torch is done before a graph is loaded


class TeacherWarning(CodequestWarning):
    """A teacher runs slower than it could on this machine."""


class LocalTeacher(Teacher):
    """A model on this machine; pooling, prompts, dense layers, truncation and normalisation as its own files say.

    Where they are silent, the table of known models counts (`codequest.weights.known_models`); where both speak and
    differ, an error or a `ModelWarning` says so.

    Args:
        name: Public id or folder.
        revision: Commit, tag or branch of a public model.
        dim: Truncate vectors to this length before they are normalized: for models that were trained for it
            (Matryoshka). It is part of the space.
        query_prompt: Text before every query, or the name of one of the model's own prompts; as the model says by
            default. For an instruction, or where an index was made with another prompt.
        document_prompt: The same for documents.
        max_tokens: Truncate texts to this many tokens; as the model says by default.
        precision: ``"fp32"``; ``"bf16"`` or ``"fp16"`` where the device computes in them; all in torch. ``"auto"`` is
            the fastest way that keeps the vectors: bf16 where that is faster and fp32 elsewhere (cosine of bf16 to fp32
            vectors: 0.9999 for all-mpnet-base-v2), and many texts on a CPU in OpenVINO where that is installed. For
            these the model is made into a graph once, which is kept and used only if it gives the model's vectors.
        pooling: Needed only for models whose files do not say.
        device: ``"cpu"``, ``"cuda"``, …; by default CUDA when there is one.
        trust_remote_code: Run Python code that comes with the model. Only with a revision you have read.

    Attributes:
        backbone: The model in torch.
        precision: Number format it computes in: ``"fp32"``, ``"bf16"`` or ``"fp16"``.
        runtime: Library it computes with, from the first large number of texts on: ``"torch"`` or ``"openvino"``.

    Raises:
        WeightsNotFoundError: The model is not on this machine and cannot be fetched.
        ModelFormatError: Its files do not say how to embed with it, or contradict what is known about it.
        InvalidInputError: A dim that the model does not have, or another option that cannot be.
        PrecisionNotSupportedError: The device would only emulate the precision.
    """

    def __init__(
        self,
        name: str,
        *,
        revision: str | None = None,
        dim: int | None = None,
        query_prompt: str | None = None,
        document_prompt: str | None = None,
        max_tokens: int | None = None,
        precision: TeacherPrecision = "fp32",
        pooling: Pooling | None = None,
        device: str | None = None,
        trust_remote_code: bool = False,
    ) -> None:
        if precision not in get_args(TeacherPrecision):
            choices = ", ".join(get_args(TeacherPrecision))
            raise InvalidInputError(f"precision must be one of {choices}, got {precision!r}.")
        if trust_remote_code and revision is None:
            raise InvalidInputError(
                "trust_remote_code=True runs Python code from the hub; say which with revision='<commit>'."
            )
        target = choose_device(device)
        source = locate(name, revision=revision, allow_code=trust_remote_code)
        chosen = Choices(
            pooling=pooling,
            dim=dim,
            query_prompt=query_prompt,
            document_prompt=document_prompt,
            max_tokens=max_tokens,
        )
        self._load = partial(Backbone.load, source, device=target, choices=chosen, trust_remote_code=trust_remote_code)
        self._torch_precision: Precision = faithful_half(target) if precision == "auto" else precision
        self.backbone = self._load(precision=self._torch_precision)
        self._graph: TeacherGraph | None = None
        self._tokenizing = Lock()  # of several threads: a tokenizer is set to pad before it reads
        self._graph_allowed = precision == "auto" and target.type == "cpu"
        if target.type == "cuda":
            self.batch_tokens = _GPU_TOKENS

    @property
    def space(self) -> EmbeddingSpace:
        return self.backbone.space

    @property
    def precision(self) -> Precision:
        return self._torch_precision if self._graph is None else self._graph.precision

    @property
    def runtime(self) -> Literal["torch", "openvino"]:
        return "torch" if self._graph is None else "openvino"

    def in_torch(self) -> LocalTeacher:
        """The same model in torch, whatever this one computes with: the time of one query is compared with it."""
        other = copy(self)
        other._graph, other._graph_allowed, other.concurrency = None, False, 1
        return other

    def token_counts(self, texts: Sequence[str], side: Side) -> list[int]:
        counts = self.backbone.token_counts(texts, prompt=self.space.prompt(side))
        return [max(1, count) for count in counts]

    def prepare(self, tokens: int, *, progress: Progress = silent) -> None:
        if not self._graph_allowed or tokens < WORTH_A_GRAPH:
            return
        self._graph_allowed = False  # whatever comes of it, once is enough
        try:
            self._graph = open_graph(self.backbone, self._load, half=self.precision == "bf16", progress=progress)
            self.concurrency = self._graph.at_once
        except MissingDependencyError:
            pass
        except (CodequestError, OSError, MemoryError, RuntimeError) as error:  # no reason to stop: torch can do it
            reason = " ".join(str(error).split()) or type(error).__name__
            says = f"{self.space.teacher} embeds in torch, which takes longer than OpenVINO would: {reason}"
            warnings.warn(says, TeacherWarning, stacklevel=2)

    @torch.inference_mode()
    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        prompt = self.space.prompt(side)
        if self._graph is not None:
            with self._tokenizing:
                tokens = self.backbone.tokenize(texts, prompt=prompt)
            return self._graph.embed(tokens)
        vectors: npt.NDArray[Any] = self.backbone.embed(texts, prompt=prompt).float().cpu().numpy()
        return vectors
