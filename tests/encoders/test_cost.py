"""What a query costs, against torch's own count."""

from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from codequest.backbone import Backbone
from codequest.encoders.cost import backbone_cost
from codequest.encoders.student import StudentQueryEncoder
from codequest.weights import locate
from tests.encoders.conftest import Case
from tests.tiny import build_model

CPU = torch.device("cpu")


@pytest.mark.parametrize("tokens", [3, 12, 50])
def test_flops_agree_with_torchs_own_count(student: StudentQueryEncoder, tokens: int) -> None:
    # torch counts no fused attention on CPUs, so the count runs on the plain one
    student.backbone.transformer.set_attn_implementation("eager")
    texts = ["a " * (tokens - 2)]
    assert student.backbone.tokenize(texts)["input_ids"].shape == (1, tokens)
    with FlopCounterMode(display=False) as counter:
        student.embed_batch(texts)
    cost = student.cost(tokens=tokens)
    assert cost.flops == pytest.approx(counter.get_total_flops(), rel=0.03)
    assert cost.tokens == tokens


@pytest.mark.parametrize("tokens", [3, 50])
def test_flops_of_grouped_attention_and_a_dense_layer(tmp_path: Path, tokens: int) -> None:
    folder = build_model(tmp_path / "qwen", architecture="qwen3", pooling="lasttoken", dense=24)
    backbone = Backbone.load(locate(str(folder)), device=CPU)
    backbone.transformer.set_attn_implementation("eager")
    ids = torch.full((1, tokens), 7)
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        backbone(input_ids=ids, attention_mask=torch.ones_like(ids))
    cost = backbone_cost(backbone, [], tokens=tokens)
    assert cost.flops == pytest.approx(counter.get_total_flops(), rel=0.03)


def test_parameters_are_those_kept_in_memory(student: StudentQueryEncoder) -> None:
    base = sum(weight.numel() for name, weight in student.backbone.named_parameters() if "lora_" not in name)
    space_map = sum(weight.numel() for name, weight in student.trained_tensors().items() if name.startswith("map."))
    assert student.cost().parameters == base + space_map


def test_active_bytes_leave_out_the_rows_that_are_not_read(student: StudentQueryEncoder) -> None:
    cost, hidden = student.cost(tokens=12), 32
    embeddings = student.backbone.transformer.embeddings
    tables = (embeddings.word_embeddings, embeddings.position_embeddings)
    unread = sum(table.num_embeddings - 12 for table in tables) * hidden
    assert cost.active_bytes == 4 * (cost.parameters - unread)


def test_quantization_keeps_the_work_and_shrinks_the_bytes(case: Case, wide_teacher: Path) -> None:
    if case.encoder.kind != "quantized":
        pytest.skip("not quantized")
    teacher = backbone_cost(Backbone.load(locate(str(wide_teacher)), device=CPU), [], tokens=12)
    cost = case.encoder.cost(tokens=12)
    assert (cost.parameters, cost.flops) == (teacher.parameters, teacher.flops)
    shares = {"bf16": (0.5, 0.5), "int8": (0.25, 0.40), "nf4": (0.125, 0.30), "fp4": (0.125, 0.30)}
    low, high = shares[case.name.split("-")[1]]
    assert low <= cost.active_bytes / teacher.active_bytes <= high
