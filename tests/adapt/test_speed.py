"""What is measured before a plan is made."""

from __future__ import annotations

from pathlib import Path

import torch

from codequest.adapt.speed import seconds_per_step, seconds_per_text
from codequest.encoders import LoRAQueryEncoder
from codequest.teachers import CachedTeacher, LocalTeacher, VectorsTeacher

TEXTS = [f"sort a dict {number}" for number in range(20)]


def test_a_teacher_is_timed_on_what_it_has_not_embedded(tiny_base: Path) -> None:
    teacher = CachedTeacher(LocalTeacher(str(tiny_base), device="cpu"))
    assert seconds_per_text(teacher, TEXTS, "query") > 0
    assert teacher.missing(TEXTS, "query") == []  # what was measured is kept
    assert seconds_per_text(teacher, TEXTS, "query") == 0
    assert seconds_per_text(VectorsTeacher(teacher.space), TEXTS, "query") == 0


def test_an_encoder_is_timed_and_stays_as_it_is(tiny_base: Path) -> None:
    space = LocalTeacher(str(tiny_base), device="cpu").space
    encoder = LoRAQueryEncoder.create(str(tiny_base), space=space, rank=2, device="cpu")
    before = {name: tensor.detach().clone() for name, tensor in encoder.trained_tensors().items()}
    assert seconds_per_step(encoder, TEXTS, batch_size=4) > 0
    for name, tensor in encoder.trained_tensors().items():
        assert torch.equal(tensor, before[name])
        assert tensor.grad is None
