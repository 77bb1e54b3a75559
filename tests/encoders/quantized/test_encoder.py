import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from codequest.backbone import Backbone, faithful_half
from codequest.backbone.precision import runs
from codequest.encoders import QuantizedQueryEncoder, QueryEncoder
from codequest.encoders.quantized.encoder import storage_precision
from codequest.errors import (
    AdapterFormatError,
    InvalidInputError,
    PrecisionNotSupportedError,
    SpaceMismatchError,
    WeightsNotFoundError,
)
from codequest.space import EmbeddingSpace
from codequest.teachers import LocalTeacher
from codequest.weights import locate
from tests.encoders.conftest import Case
from tests.tiny import QUERIES, build_model

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def _int8(space: EmbeddingSpace, weights: Path, **options: Any) -> QuantizedQueryEncoder:
    return QuantizedQueryEncoder.create(
        space=space, precision="int8", runtime="torch", weights=str(weights), device="cpu", **options
    )


def test_the_vectors_stay_near_the_teachers_own(case: Case, wide_teacher: Path, space: EmbeddingSpace) -> None:
    if case.encoder.kind != "quantized":
        pytest.skip("not quantized")
    with torch.inference_mode():
        teacher = Backbone.load(locate(str(wide_teacher)), device=CPU).embed(QUERIES, prompt="query: ")
    cosine = (case.encoder.encode(QUERIES) * normalize(teacher, dim=-1).numpy()).sum(1)
    # random weights of this size lose far more to 4 bits than trained ones do
    assert cosine.min() > {"bf16": 0.999, "int8": 0.99, "nf4": 0.7, "fp4": 0.6}[case.name.split("-")[1]]
    assert cosine.max() < 1 - 1e-7  # it is quantized


def test_the_query_prompt_of_the_space_is_used(wide_teacher: Path, space: EmbeddingSpace, tmp_path: Path) -> None:
    assert space.query_prompt == "query: "
    bare = tmp_path / "wide-teacher"  # the same model without prompts
    shutil.copytree(wide_teacher, bare)
    (bare / "config_sentence_transformers.json").unlink()
    without = _int8(replace(space, query_prompt=""), bare)
    np.testing.assert_allclose(
        _int8(space, wide_teacher).encode("read file"), without.encode("query: read file"), atol=1e-6
    )


def test_a_truncated_space_is_the_teachers_truncated(wide_teacher: Path, tmp_path: Path) -> None:
    teacher = LocalTeacher(str(wide_teacher), dim=32, query_prompt="find: ", max_tokens=20, device="cpu")
    encoder = _int8(teacher.space, wide_teacher)
    folder = encoder.save_pretrained(tmp_path / "adapter")
    queries = [*QUERIES, "read file " * 30]
    vectors = QueryEncoder.from_pretrained(folder, device="cpu").encode(queries)
    assert vectors.shape == (len(queries), 32)
    assert (vectors * teacher.encode_queries(queries)).sum(1).min() > 0.99


def test_fp16_is_refused_where_the_cpu_only_emulates_it(
    wide_teacher: Path, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True}, raising=False)
    for precision in ("fp16", "bf16"):
        with pytest.raises(PrecisionNotSupportedError, match=f"does not run {precision} in hardware"):
            QuantizedQueryEncoder.create(
                space=space, precision=precision, runtime="torch", weights=str(wide_teacher), device="cpu"
            )  # type: ignore[arg-type]


def test_what_a_kernel_refuses_is_refused_at_once(
    wide_teacher: Path, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def embed(self: Backbone, texts: list[str], *, prompt: str = "") -> torch.Tensor:
        raise AssertionError("N must be divisible by block_n")

    monkeypatch.setattr(Backbone, "embed", embed)
    with pytest.raises(PrecisionNotSupportedError, match=r"cannot run wide-teacher in int8: N must be divisible.*bf16"):
        _int8(space, wide_teacher)


@pytest.mark.parametrize(
    ("precision", "device", "expected"),
    [
        ("bf16", CPU, "bf16"),
        ("fp16", CPU, "fp16"),
        ("bf16", CUDA, "bf16"),
        ("fp16", CUDA, "fp16"),
    ],
)
def test_storage_precision_of_half_precisions(precision: Any, device: torch.device, expected: str) -> None:
    assert storage_precision(precision, device) == expected


@pytest.mark.parametrize("precision", ["int8", "nf4", "fp4"])
@pytest.mark.parametrize(
    ("device", "bf16", "expected"),
    [(CPU, True, "bf16"), (CPU, False, "fp32"), (CUDA, True, "bf16"), (CUDA, False, "fp32")],
)
def test_storage_precision_of_what_is_not_quantized(
    precision: Any, device: torch.device, bf16: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": bf16}, raising=False)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bf16)
    monkeypatch.setattr("codequest.backbone.precision.gains_from_bf16", lambda: True)
    assert storage_precision(precision, device) == expected


@pytest.mark.parametrize("precision", ["int8", "nf4", "fp4"])
@pytest.mark.parametrize("bf16", [True, False])
def test_what_is_not_quantized_is_stored_so(
    wide_teacher: Path, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch, precision: Any, bf16: bool
) -> None:
    if bf16 and not runs("bf16", CPU):
        pytest.skip("this CPU only emulates bf16")
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": bf16}, raising=False)
    monkeypatch.setattr("codequest.backbone.precision.gains_from_bf16", lambda: True)
    encoder = QuantizedQueryEncoder.create(
        space=space, precision=precision, runtime="torch", weights=str(wide_teacher), device="cpu"
    )
    embeddings = encoder.engine.transformer.embeddings
    kept = [*embeddings.parameters(), *encoder.engine.transformer.encoder.layer[0].output.LayerNorm.parameters()]
    assert {weight.dtype for weight in kept} == {torch.bfloat16 if bf16 else torch.float32}


def test_int8_keeps_no_outlier_columns_so_neighbours_change_nothing(wide_teacher: Path, space: EmbeddingSpace) -> None:
    if not runs("bf16", CPU):
        pytest.skip("this CPU only emulates bf16")
    encoder = _int8(space, wide_teacher)
    thresholds = {layer.state.threshold for layer in encoder.engine.modules() if type(layer).__name__ == "Linear8bitLt"}
    assert thresholds == {0.0}
    queries = [*QUERIES, *("sort a list by value " * count for count in range(1, 20))]
    together, alone = encoder.encode(queries), np.stack([encoder.encode(query) for query in queries])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_costs_count_the_scales_of_quantized_weights(wide_teacher: Path, space: EmbeddingSpace) -> None:
    hidden, tokens = 64, 12
    vectors = 2 if faithful_half(CPU) == "bf16" else 4  # bytes of a number that is not quantized
    shapes = 2 * [*4 * [(hidden, hidden)], (2 * hidden, hidden), (hidden, 2 * hidden)]  # of 2 transformer layers
    weights, outputs = sum(rows * columns for rows, columns in shapes), sum(rows for rows, _ in shapes)
    for precision in ("int8", "nf4", "fp4"):
        encoder = QuantizedQueryEncoder.create(
            space=space, precision=precision, runtime="torch", weights=str(wide_teacher), device="cpu"
        )
        transformer = encoder.engine.transformer
        quantized = [layer for layer in transformer.modules() if isinstance(layer, torch.nn.Linear)]
        assert sorted((layer.out_features, layer.in_features) for layer in quantized) == sorted(shapes)
        if precision == "int8":  # one byte a weight; one fp32 scale and one bias an output row
            expected = weights + 4 * outputs + vectors * outputs
        else:  # half a byte a weight; one scale a block of 64 weights
            [size] = {layer.weight.quant_state.absmax.element_size() for layer in quantized}
            expected = weights // 2 + size * weights // 64 + 4 * outputs  # and fp32 biases: it computes in fp32
        names = {"word_embeddings.weight", "position_embeddings.weight", "relative_attention_bias.weight"}
        tables = {name: table for name, table in transformer.named_parameters() if name.endswith(tuple(names))}
        assert len(tables) == 3
        rows = sum(min(tokens, table.shape[0]) * table.shape[1] for table in tables.values())
        linear = {id(weight) for layer in quantized for weight in layer.parameters()}
        others = sum(
            weight.numel()
            for name, weight in transformer.named_parameters()
            if id(weight) not in linear and name not in tables
        )
        assert encoder.cost(tokens=tokens).active_bytes == expected + vectors * (rows + others), precision


def test_an_unknown_precision_lists_the_choices(space: EmbeddingSpace) -> None:
    with pytest.raises(
        InvalidInputError, match="precision must be one of auto, int8, nf4, fp4, bf16, fp16, got 'int3'"
    ):
        QuantizedQueryEncoder.create(space=space, precision="int3")  # type: ignore[arg-type]


def test_other_weights_than_the_spaces_are_refused(space: EmbeddingSpace, tmp_path: Path) -> None:
    other = build_model(tmp_path / "wide-teacher", architecture="mpnet", seed=5, hidden=64)
    with pytest.raises(SpaceMismatchError, match=r"not the teacher of the space: .* differ in revision 'sha256:"):
        _int8(space, other)


def test_a_private_teacher_is_not_found_by_its_name(space: EmbeddingSpace) -> None:
    with pytest.raises(WeightsNotFoundError, match="No weights for 'wide-teacher'"):
        QuantizedQueryEncoder.create(space=space, precision="int8", device="cpu")


def test_a_saved_encoder_insists_on_its_teacher(wide_teacher: Path, space: EmbeddingSpace, tmp_path: Path) -> None:
    mine = tmp_path / "wide-teacher"
    shutil.copytree(wide_teacher, mine)
    folder = _int8(space, mine).save_pretrained(tmp_path / "adapter")
    build_model(tmp_path / "other", architecture="mpnet", seed=5, hidden=64)
    (tmp_path / "other" / "model.safetensors").replace(mine / "model.safetensors")
    with pytest.raises(SpaceMismatchError, match="The quantized teacher is not the teacher of the space"):
        QueryEncoder.from_pretrained(folder)
    shutil.rmtree(mine)
    with pytest.raises(WeightsNotFoundError, match="No weights for"):
        QueryEncoder.from_pretrained(folder)


def test_a_folder_without_precision_is_refused(wide_teacher: Path, space: EmbeddingSpace, tmp_path: Path) -> None:
    folder = _int8(space, wide_teacher).save_pretrained(tmp_path / "adapter")
    config = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(config.replace('"int8"', '"int3"'), encoding="utf-8")
    with pytest.raises(AdapterFormatError, match="holds a wrong value: precision must be one of auto, int8"):
        QueryEncoder.from_pretrained(folder)


def test_a_folder_that_names_no_teacher_is_refused(wide_teacher: Path, space: EmbeddingSpace, tmp_path: Path) -> None:
    folder = _int8(space, wide_teacher).save_pretrained(tmp_path / "adapter")
    values = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    del values["encoder"]["weights"]
    (folder / "config.json").write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(AdapterFormatError, match="Object missing required field `weights`"):
        QueryEncoder.from_pretrained(folder)
