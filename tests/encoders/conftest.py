"""Every kind of encoder, as if it had been trained: no weight is where it started."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from codequest.backbone import Backbone, faithful_half
from codequest.encoders import (
    LoRAQueryEncoder,
    ProjectionQueryEncoder,
    QuantizedQueryEncoder,
    QueryEncoder,
    StaticQueryEncoder,
    TrainableQueryEncoder,
)
from codequest.encoders.student import StudentQueryEncoder
from codequest.errors import (
    PrecisionNotSupportedError,
)
from codequest.space import EmbeddingSpace
from codequest.teachers import LocalTeacher
from codequest.weights import locate
from tests.tiny import QUERIES, build_model

CPU = torch.device("cpu")

STUDENT_KINDS = ["lora-linear", "lora-mlp", "projection-linear", "projection-mlp"]

STATIC_KINDS = ["static-linear", "static-mlp"]

EXPORTED_KINDS = ["exported-onnx", "exported-openvino"]

QUANTIZED_KINDS = ["quantized-bf16", "quantized-int8", "quantized-nf4", "quantized-fp4"]


@dataclass(frozen=True)
class Case:
    """An encoder and what may be expected of it.

    Attributes:
        name: Kind and variant.
        encoder: The encoder.
        tolerance: How far two equal vectors may be apart, per component.
    """

    name: str
    encoder: QueryEncoder
    tolerance: float


def without_digests(folder: Path) -> Path:
    """An adapter folder as it was before there were digests: its files are believed, and must hold by themselves."""
    path = folder / "config.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**values, "files": {}}), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def wide_teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A teacher whose layers are multiples of 64 wide, as the 4-bit kernels need; with a query prompt."""
    return build_model(
        tmp_path_factory.mktemp("models") / "wide-teacher",
        architecture="mpnet",
        seed=4,
        hidden=64,
        prompts={"query": "query: ", "document": ""},
    )


@pytest.fixture(scope="session")
def space(wide_teacher: Path) -> EmbeddingSpace:
    return Backbone.load(locate(str(wide_teacher)), device=CPU).space


def disturb(encoder: TrainableQueryEncoder, *, seed: int = 0) -> None:
    """What training does: every trained weight moves. The seed says where to."""
    generator = torch.Generator().manual_seed(seed)
    encoder.begin_training()
    for weight in encoder.network.parameters():
        if weight.requires_grad:
            weight.data += 0.1 * torch.randn(weight.shape, generator=generator)
    encoder.end_training()


def edit_config(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def build_static(base: Path, teacher: Path, **options: Any) -> StaticQueryEncoder:
    """An untrained static encoder, with words and bigrams of the tiny queries."""
    options = {"queries": QUERIES * 3, "rows": 200, "width": 24, "device": "cpu", **options}
    return StaticQueryEncoder.create(LocalTeacher(str(teacher), device="cpu"), tokenizer=str(base), **options)


def build_case(name: str, base: Path, teacher: Path, space: EmbeddingSpace) -> Case:
    kind, variant = name.split("-")
    encoder: QueryEncoder
    if kind == "exported":
        pytest.importorskip({"onnx": "onnxscript", "openvino": "openvino"}[variant])
        source = build_case("lora-linear", base, teacher, space).encoder
        folder = source.export(base.parent / name, runtime=variant)  # type: ignore[arg-type]
        return Case(name, QueryEncoder.from_pretrained(folder), tolerance=1e-5)
    if kind == "quantized":
        try:
            encoder = QuantizedQueryEncoder.create(
                space=space,
                precision=variant,  # type: ignore[arg-type]
                runtime="torch",
                weights=str(teacher),
                device="cpu",
            )
        except PrecisionNotSupportedError as error:
            pytest.skip(str(error))
        # bf16 rounds differently for other shapes, and so do 4-bit weights, which are multiplied in it. int8 products
        # are sums of integers, the same for every shape; in fp32 the last bits of what they are made from are not.
        exact = variant == "int8" and faithful_half(CPU) == "bf16"
        return Case(name, encoder, tolerance=1e-6 if exact else 0.03)
    if kind == "lora":
        encoder = LoRAQueryEncoder.create(str(base), space=space, rank=4, map=variant, device="cpu")  # type: ignore[arg-type]
    elif kind == "static":
        encoder = build_static(base, teacher, map=variant, precision="int8" if variant == "linear" else "fp16")
    else:
        encoder = ProjectionQueryEncoder.create(str(base), space=space, map=variant, device="cpu")  # type: ignore[arg-type]
    disturb(encoder)
    return Case(name, encoder, tolerance=1e-6 if kind == "static" else 1e-5)


@pytest.fixture(scope="session", params=[*STUDENT_KINDS, *STATIC_KINDS, *QUANTIZED_KINDS, *EXPORTED_KINDS])
def case(request: pytest.FixtureRequest, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace) -> Case:
    return build_case(request.param, tiny_base, wide_teacher, space)


@pytest.fixture(params=[*STUDENT_KINDS, *STATIC_KINDS])
def trained(
    request: pytest.FixtureRequest, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace
) -> TrainableQueryEncoder:
    """A trainable encoder of its own for every test, which may change it."""
    encoder = build_case(request.param, tiny_base, wide_teacher, space).encoder
    assert isinstance(encoder, TrainableQueryEncoder)
    return encoder


@pytest.fixture(params=STUDENT_KINDS)
def student(
    request: pytest.FixtureRequest, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace
) -> StudentQueryEncoder:
    """Like `trained`, with a small base model."""
    encoder = build_case(request.param, tiny_base, wide_teacher, space).encoder
    assert isinstance(encoder, StudentQueryEncoder)
    return encoder


@pytest.fixture(scope="session")
def static(tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace) -> QueryEncoder:
    """The encoder that is exported in a second or two."""
    return build_case("static-linear", tiny_base, wide_teacher, space).encoder


@pytest.fixture(scope="session")
def exported_static(static: QueryEncoder, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], Path]:
    """Folder of `static` in a runtime; made once, so a test that changes it takes a copy."""
    place = tmp_path_factory.mktemp("exported")

    @cache
    def made(runtime: Any) -> Path:
        return static.export(place / runtime, runtime=runtime)

    return made


@pytest.fixture(scope="session")
def folder(
    tmp_path_factory: pytest.TempPathFactory, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace
) -> Path:
    """A LoRA encoder in ONNX Runtime; nobody changes it."""
    encoder = build_case("lora-mlp", tiny_base, wide_teacher, space).encoder
    return encoder.export(tmp_path_factory.mktemp("exported") / "onnx", runtime="onnx")
