"""Compact adaptation: the teacher's own query side in lower precision."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast, get_args

import torch
from torch.nn import functional

from codequest.backbone import Backbone, Precision, choose_device, faithful_half
from codequest.encoders.base import QueryEncoder
from codequest.encoders.cost import EncoderCost, backbone_cost
from codequest.encoders.graphs import BackboneGraph, GraphSource, token_reader
from codequest.errors import AdapterFormatError, InvalidInputError, PrecisionNotSupportedError
from codequest.runtimes import GraphPrecision
from codequest.space import EmbeddingSpace, Vectors
from codequest.storage import AdapterConfig
from codequest.weights import locate

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import BitsAndBytesConfig

# LLM.int8() keeps outlier columns in half precision, but which columns those are depends on the batch: a query's vector
# would change with its neighbours, and the split costs more time than it saves at this size.
_NO_OUTLIERS = 0.0

QuantizedPrecision = Literal["int8", "nf4", "fp4", "bf16", "fp16"]


class QuantizedQueryEncoder(QueryEncoder):
    """The teacher with quantized weights: no training, same pooling, prompts and normalisation.

    int8 is the vector-wise quantization of LLM.int8() (Dettmers et al., 2022) without its outlier columns, nf4 and
    fp4 are the 4-bit formats of QLoRA (Dettmers et al., 2023), all by bitsandbytes; bf16 and fp16 only where the device
    computes in them. Build one with `create`.
    """

    kind: ClassVar[str] = "quantized"

    def __init__(self, space: EmbeddingSpace, backbone: Backbone, precision: QuantizedPrecision, weights: str) -> None:
        super().__init__(space)
        self.backbone = backbone
        self.precision = precision
        self._weights = weights

    @classmethod
    def create(
        cls,
        *,
        space: EmbeddingSpace,
        precision: QuantizedPrecision = "int8",
        weights: str | None = None,
        device: str | None = None,
    ) -> QuantizedQueryEncoder:
        """The teacher of a space, quantized.

        Args:
            space: The teacher's space.
            precision: ``"int8"``, ``"nf4"``, ``"fp4"``, ``"bf16"`` or ``"fp16"``.
            weights: Folder of the teacher, when its id alone does not lead there.
            device: ``"cpu"``, ``"cuda"``, …; by default CUDA when there is one.

        Raises:
            InvalidInputError: An unknown precision.
            PrecisionNotSupportedError: The device would only emulate bf16 or fp16.
            WeightsNotFoundError: The teacher is not on this machine and cannot be fetched.
            SpaceMismatchError: The weights are not those of the space's teacher.
        """
        if precision not in get_args(QuantizedPrecision):
            choices = ", ".join(get_args(QuantizedPrecision))
            raise InvalidInputError(f"precision must be one of {choices}, got {precision!r}.")
        source = locate(weights or space.teacher, revision=space.public_revision)
        target = choose_device(device)
        pooling = None if space.pooling == "unknown" else space.pooling
        backbone = Backbone.load(
            source,
            device=target,
            precision=_storage_precision(precision, target),
            pooling=pooling,
            quantization=_quantization(precision),
        )
        space.check(backbone.space, context="The quantized teacher is not the teacher of the space")
        _refuse_unrunnable(backbone, precision)
        return cls(space, backbone, precision, source.reference)

    @torch.inference_mode()
    def embed_batch(self, queries: Sequence[str]) -> Vectors:
        pooled: Tensor = self.backbone.embed(queries, prompt=self.space.query_prompt).float()
        vectors: Vectors = functional.normalize(pooled, dim=-1).cpu().numpy()
        return vectors

    def cost(self, *, tokens: int = 12) -> EncoderCost:
        return backbone_cost(self.backbone, [], tokens=tokens)

    def graph_source(self, precision: GraphPrecision) -> GraphSource:  # noqa: ARG002
        """Of the teacher in fp32: a graph has precisions of its own, from the same weights."""
        prompt, pooling = self.space.query_prompt, self.backbone.pooling
        teacher = Backbone.load(self.backbone.source, device=torch.device("cpu"), pooling=pooling)

        @torch.inference_mode()
        def embed(queries: Sequence[str]) -> Vectors:
            vectors: Vectors = functional.normalize(teacher.embed(queries, prompt=prompt), dim=-1).numpy()
            return vectors

        cost = partial(backbone_cost, teacher, [])
        reader = token_reader(teacher, prompt=prompt)
        return GraphSource(BackboneGraph(teacher).eval(), reader, embed, lambda tokens: cost(tokens=tokens))

    def describe(self) -> dict[str, Any]:
        return {"precision": self.precision, "weights": self._weights}

    def trained_tensors(self) -> dict[str, Tensor]:
        return {}  # quantization is a function of the teacher's weights: it is done again at loading

    @classmethod
    def rebuild(cls, config: AdapterConfig, folder: Path, *, device: str | None) -> QuantizedQueryEncoder:
        precision, weights = config.encoder.get("precision"), config.encoder.get("weights")
        if precision not in get_args(QuantizedPrecision) or not isinstance(weights, str):
            raise AdapterFormatError(f"{folder} names no known precision and teacher weights: {dict(config.encoder)}.")
        known = cast("QuantizedPrecision", precision)
        return cls.create(space=config.space, precision=known, weights=weights, device=device)


def _refuse_unrunnable(backbone: Backbone, precision: QuantizedPrecision) -> None:
    """Runs one query: a kernel refuses sizes it was not written for only when it is used."""
    try:
        with torch.inference_mode():
            backbone.embed(["probe"])
    except (AssertionError, NotImplementedError, RuntimeError) as error:
        raise PrecisionNotSupportedError(
            f"This {backbone.device.type} cannot run {backbone.source.model_id} in {precision}: {error}. "
            f"Choose another of {', '.join(get_args(QuantizedPrecision))}."
        ) from error


def _storage_precision(precision: QuantizedPrecision, device: torch.device) -> Precision:
    """Format of what is not quantized: embeddings and normalisation layers."""
    if precision in ("bf16", "fp16"):
        return cast("Precision", precision)
    return faithful_half(device)


def _quantization(precision: QuantizedPrecision) -> BitsAndBytesConfig | None:
    from transformers import BitsAndBytesConfig

    _silence_per_layer_warnings()
    if precision == "int8":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_threshold=_NO_OUTLIERS)  # type: ignore[no-untyped-call]
    if precision in ("nf4", "fp4"):
        return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type=precision)  # type: ignore[no-untyped-call]
    return None


def _silence_per_layer_warnings() -> None:
    """Bitsandbytes logs every cast of every layer of every query, and a kernel it can do without."""
    for name in ("bitsandbytes.autograd._functions", "bitsandbytes.backends.cpu.ops"):
        logging.getLogger(name).setLevel(logging.ERROR)
