"""A Hugging Face or sentence-transformers model on this machine, as a teacher."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy.typing as npt
import torch

from codequest.backbone import Backbone, Precision, choose_device, faithful_half
from codequest.errors import InvalidInputError
from codequest.space import EmbeddingSpace, Pooling, Side
from codequest.teachers.base import Teacher
from codequest.weights import locate

TeacherPrecision = Literal["auto", "fp32", "bf16", "fp16"]

_GPU_BATCH = 32  # times what keeps two CPU cores busy


class LocalTeacher(Teacher):
    """A model on this machine; pooling, prompts, dense layers, truncation and normalisation as its own files say.

    Args:
        name: Public id or folder.
        revision: Commit, tag or branch of a public model.
        precision: ``"fp32"``; ``"bf16"`` or ``"fp16"`` where the device computes in them; ``"auto"`` for bf16 where
            that is real and fp32 elsewhere (cosine of bf16 to fp32 vectors: 0.9999 for all-mpnet-base-v2).
        pooling: Needed only for models whose files do not say.
        device: ``"cpu"``, ``"cuda"``, …; by default CUDA when there is one.
        trust_remote_code: Run Python code that comes with the model. Only with a revision you have read.

    Attributes:
        backbone: The loaded model.
        precision: What it computes in: ``"fp32"``, ``"bf16"`` or ``"fp16"``.

    Raises:
        WeightsNotFoundError: The model is not on this machine and cannot be fetched.
        ModelFormatError: Its files do not say how to embed with it.
        PrecisionNotSupportedError: The device would only emulate the precision.
    """

    def __init__(
        self,
        name: str,
        *,
        revision: str | None = None,
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
        chosen: Precision = faithful_half(target) if precision == "auto" else precision
        self.precision = chosen
        self.backbone = Backbone.load(
            locate(name, revision=revision, allow_code=trust_remote_code),
            device=target,
            precision=chosen,
            pooling=pooling,
            trust_remote_code=trust_remote_code,
        )
        if target.type == "cuda":
            self.max_characters = _GPU_BATCH * Teacher.max_characters

    @property
    def space(self) -> EmbeddingSpace:
        return self.backbone.space

    @torch.inference_mode()
    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        vectors: npt.NDArray[Any] = self.backbone.embed(texts, prompt=self.space.prompt(side)).float().cpu().numpy()
        return vectors
