"""What is measured before a plan is made."""

from __future__ import annotations

import time
from pathlib import Path

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


def test_training_is_timed_on_what_the_teacher_has_embedded(tiny_base: Path) -> None:
    teacher = CachedTeacher(LocalTeacher(str(tiny_base), device="cpu"))
    teacher.encode_queries(TEXTS)
    encoder = LoRAQueryEncoder.create(str(tiny_base), space=teacher.space, rank=2, device="cpu")
    unknown = [f"reverse a list {number}" for number in range(20)]
    began = time.perf_counter()
    seconds = seconds_per_step(encoder, teacher, [*TEXTS, *unknown], batch_size=4)
    assert 0 < 24 * seconds < 2.3 * (time.perf_counter() - began)
    assert teacher.missing(unknown, "query") == unknown
