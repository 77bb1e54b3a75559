"""Compact adaptation: the teacher's own query side in lower precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast, get_args

import torch
from torch.nn import functional

from codequest.adapters.folder import AdapterConfig
from codequest.backbone import Backbone, Choices, Precision, choose_device, faithful_half
from codequest.backbone.quiet import quiet_bitsandbytes
from codequest.encoders.base import QueryEncoder
from codequest.encoders.cost import EncoderCost, backbone_cost
from codequest.encoders.exported import ExportedQueryEncoder
from codequest.encoders.graph_source import BackboneGraph, GraphSource, token_reader
from codequest.encoders.quantized.graph import open_compact_graph
from codequest.encoders.quantized.ways import QuantizedPrecision, QuantizedRuntime, Way, ways
from codequest.errors import PrecisionNotSupportedError
from codequest.runtimes import GraphPrecision
from codequest.runtimes.graph_cache import NO_GRAPH_HERE
from codequest.space import EmbeddingSpace, Vectors, checked_space
from codequest.weights import WeightSource, locate

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import BitsAndBytesConfig

# LLM.int8() keeps outlier columns in half precision, but which columns those are depends on the batch: a query's vector
# would change with its neighbours, and the split costs more time than it saves at this size.
_NO_OUTLIERS = 0.0


# Of vectors that one machine gives in this precision and another in any: what is "auto" is chosen for each.
_LEAST_COSINES: Mapping[QuantizedPrecision, float] = {"fp16": 0.99, "bf16": 0.99, "int8": 0.98, "nf4": 0.9, "fp4": 0.9}


@dataclass(frozen=True, slots=True, kw_only=True)
class _QuantizedSettings:
    precision: str
    weights: str
    runtime: str = "torch"


class QuantizedQueryEncoder(QueryEncoder):
    """The teacher with quantized weights: no training, same pooling, prompts and normalisation.

    On a CPU with a runtime of graphs the teacher becomes a graph with int8 weights, made once and kept in the cache
    folder (bf16 in OpenVINO is faster for batches where the CPU has AMX). In torch, int8 is the vector-wise
    quantization of LLM.int8() (Dettmers et al., 2022) without its outlier columns, nf4 and fp4 are the 4-bit formats
    of QLoRA (Dettmers et al., 2023), all by bitsandbytes; bf16 and fp16 only where the device computes in them. Build
    one with `create`.

    Attributes:
        precision: What the weights are stored in.
        runtime: What computes: ``"torch"``, or a runtime of graphs such as ``"onnx"`` or ``"openvino"``.
        why: What speaks for these two on this machine, and why others that come before them cannot be had.
        engine: What gives the vectors: the teacher in torch, or its graph.
    """

    kind: ClassVar[str] = "quantized"

    def __init__(
        self, space: EmbeddingSpace, engine: Backbone | ExportedQueryEncoder, way: Way, settings: Mapping[str, Any]
    ) -> None:
        super().__init__(space)
        self.precision, self.runtime, self.why = way.precision, way.runtime, way.why
        self.engine = engine
        self._settings = dict(settings)

    @classmethod
    def create(
        cls,
        *,
        space: EmbeddingSpace,
        precision: QuantizedPrecision | Literal["auto"] = "auto",
        runtime: QuantizedRuntime | Literal["auto"] = "auto",
        weights: str | None = None,
        device: str | None = None,
    ) -> QuantizedQueryEncoder:
        """The teacher of a space, quantized.

        Args:
            space: The teacher's space.
            precision: ``"int8"``, ``"nf4"``, ``"fp4"``, ``"bf16"`` or ``"fp16"``; ``"auto"`` is the one that embeds a
                single query fastest on this machine among those that keep the teacher's vectors.
            runtime: ``"torch"``, or a runtime of graphs such as ``"onnx"`` or ``"openvino"``; ``"auto"`` is the
                fastest that is installed, runs the precision and keeps the vectors. What was chosen, and why, is in
                the attributes.
            weights: Folder of the teacher, when its id alone does not lead there.
            device: ``"cpu"``, ``"cuda"``, …; by default CUDA when there is one.

        Raises:
            InvalidInputError: An unknown precision or runtime, or a runtime that does not have the precision.
            MissingDependencyError: The runtime that was asked for is not installed.
            PrecisionNotSupportedError: The device would only emulate the precision.
            ParityError: The runtime that was asked for does not keep the teacher's vectors.
            WeightsNotFoundError: The teacher is not on this machine and cannot be fetched.
            SpaceMismatchError: The weights are not those of the space's teacher.
        """
        checked_space(space)
        target = choose_device(device)
        possible = ways(precision, runtime, target)
        source = locate(weights or space.teacher, revision=space.public_revision)
        settings = {"precision": precision, "runtime": runtime, "weights": source.reference}
        passed_over: list[str] = []
        for way in possible:
            try:
                engine = _opened(way, space, source, target, settings)
            except NO_GRAPH_HERE as error:
                if way is possible[-1]:
                    raise
                passed_over.append(f"not {way}: {error}")
                continue
            return cls(space, engine, replace(way, why="; ".join([way.why, *passed_over])), settings)
        raise AssertionError("the last way returns or raises")

    @property
    def batch_invariant(self) -> bool:
        return not isinstance(self.engine, ExportedQueryEncoder) or self.engine.batch_invariant

    @property
    def least_cosine(self) -> float:
        return _LEAST_COSINES[self.precision]

    def token_counts(self, queries: Sequence[str]) -> list[int]:
        if isinstance(self.engine, ExportedQueryEncoder):
            return self.engine.token_counts(queries)
        return self.engine.token_counts(queries, prompt=self.space.query_prompt, truncate=False)

    @torch.inference_mode()
    def embed_batch(self, queries: Sequence[str]) -> Vectors:
        if isinstance(self.engine, ExportedQueryEncoder):
            return self.engine.embed_batch(queries)
        pooled: Tensor = self.engine.embed(queries, prompt=self.space.query_prompt).float()
        vectors: Vectors = functional.normalize(pooled, dim=-1).cpu().numpy()
        return vectors

    def cost(self, *, tokens: int = 12) -> EncoderCost:
        if isinstance(self.engine, ExportedQueryEncoder):
            return self.engine.cost(tokens=tokens)
        return backbone_cost(self.engine, [], tokens=tokens)

    def graph_source(self, precision: GraphPrecision) -> GraphSource:  # noqa: ARG002
        """Of the teacher in fp32: a graph has precisions of its own, from the same weights."""
        return _teacher_source(self.space, locate(self._settings["weights"], revision=self.space.public_revision))

    def describe(self) -> dict[str, Any]:
        return dict(self._settings)

    @classmethod
    def rebuild(cls, config: AdapterConfig, folder: Path, *, device: str | None) -> QuantizedQueryEncoder:
        """See `QueryEncoder.rebuild`. What was left to the machine is chosen again on the machine that loads it."""
        settings = config.settings(_QuantizedSettings, folder)
        choice: dict[str, Any] = {"precision": settings.precision, "runtime": settings.runtime}
        return cls.create(space=config.space, weights=settings.weights, device=device, **choice)


def _opened(
    way: Way, space: EmbeddingSpace, source: WeightSource, device: torch.device, settings: Mapping[str, Any]
) -> Backbone | ExportedQueryEncoder:
    if way.runtime == "torch":
        backbone = Backbone.load(
            source,
            device=device,
            precision=storage_precision(way.precision, device),
            choices=Choices.of_space(space),
            quantization=_quantization(way.precision),
        )
        space.check(backbone.space, context="The quantized teacher is not the teacher of the space")
        _refuse_unrunnable(backbone, way.precision)
        return backbone
    config = AdapterConfig(kind=QuantizedQueryEncoder.kind, space=space, encoder=settings)
    precision = cast("GraphPrecision", way.precision)
    make = partial(_teacher_source, space, source)
    return open_compact_graph(config, source, make, runtime=way.runtime, precision=precision)


def _teacher_source(space: EmbeddingSpace, source: WeightSource) -> GraphSource:
    prompt = space.query_prompt
    teacher = Backbone.load(source, device=torch.device("cpu"), choices=Choices.of_space(space))
    space.check(teacher.space, context="The quantized teacher is not the teacher of the space")

    @torch.inference_mode()
    def embed(queries: Sequence[str]) -> Vectors:
        vectors: Vectors = functional.normalize(teacher.embed(queries, prompt=prompt), dim=-1).numpy()
        return vectors

    cost = partial(backbone_cost, teacher, [])
    reader = token_reader(teacher, prompt=prompt)
    return GraphSource(BackboneGraph(teacher).eval(), reader, embed, lambda tokens: cost(tokens=tokens))


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


def storage_precision(precision: QuantizedPrecision, device: torch.device) -> Precision:
    """Format of what is not quantized: embeddings and normalisation layers."""
    if precision in ("bf16", "fp16"):
        return cast("Precision", precision)
    return faithful_half(device)


def _quantization(precision: QuantizedPrecision) -> BitsAndBytesConfig | None:
    from transformers import BitsAndBytesConfig

    quiet_bitsandbytes()
    if precision == "int8":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_threshold=_NO_OUTLIERS)  # type: ignore[no-untyped-call]
    if precision in ("nf4", "fp4"):
        return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type=precision)  # type: ignore[no-untyped-call]
    return None
