"""Encoders that start from an adapter of another space."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from codequest.encoders import (
    LoRAQueryEncoder,
    ProjectionQueryEncoder,
    QueryEncoder,
    StaticQueryEncoder,
    TrainableQueryEncoder,
)
from codequest.encoders.student import StudentQueryEncoder
from codequest.errors import AdapterFormatError, InvalidInputError
from codequest.space import EmbeddingSpace
from codequest.teachers import LocalTeacher
from tests.encoders.conftest import build_case, edit_config, without_digests
from tests.tiny import QUERIES

OTHER = EmbeddingSpace(teacher="another/teacher", dim=40)


def targets(dim: int = OTHER.dim) -> Any:
    vectors = np.random.default_rng(1).standard_normal((len(QUERIES), dim)).astype(np.float32)
    vectors[-1] = vectors[0]  # the same query
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def created(kind: str, start: Any, tiny_teacher: Path, space: EmbeddingSpace = OTHER) -> TrainableQueryEncoder:
    if kind == "lora":
        return LoRAQueryEncoder.create(space=space, start=start, device="cpu")
    if kind == "projection":
        return ProjectionQueryEncoder.create(space=space, start=start, map="linear", precision="fp16", device="cpu")
    teacher = LocalTeacher(str(tiny_teacher), device="cpu")
    return StaticQueryEncoder.create(teacher, queries=QUERIES, start=start, device="cpu")


@pytest.mark.parametrize(
    ("kind", "start"), [("lora", "lora"), ("projection", "lora"), ("projection", "projection"), ("static", "static")]
)
def test_it_keeps_what_the_start_has_learned_and_only_the_map_is_new(
    kind: str,
    start: str,
    tiny_base: Path,
    tiny_teacher: Path,
    wide_teacher: Path,
    space: EmbeddingSpace,
    tmp_path: Path,
) -> None:
    old = build_case(f"{start}-linear", tiny_base, wide_teacher, space).encoder
    old.training = {"stages": [{}], "recipe": "abc", "sources": {"pool": "9 queries"}, "seed": 7}
    folder = old.save_pretrained(tmp_path / "old-adapter")
    encoder = created(kind, folder, tiny_teacher)
    assert encoder.training == {
        "start": {
            "adapter": "old-adapter",
            "kind": start,
            "teacher": space.teacher,
            "dim": 64,
            "fingerprint": space.fingerprint,
            "recipe": "abc",
            "sources": {"pool": "9 queries"},
        }
    }
    if isinstance(old, StudentQueryEncoder) and isinstance(encoder, StudentQueryEncoder):
        with torch.inference_mode():
            torch.testing.assert_close(
                encoder.backbone.embed(QUERIES),
                old.backbone.embed(QUERIES),
                atol=5e-3 if kind != start else 1e-6,
                rtol=0,
            )
    else:
        same = (encoder.saved_tensors()[name] == old.saved_tensors()[name] for name in ("rows", "weights", "bigrams"))
        assert all(values.all() for values in same)  # type: ignore[union-attr]
    wanted = targets(encoder.space.dim)
    encoder.begin_training()
    encoder.initialize(encoder.prepare(QUERIES), wanted)
    encoder.end_training()
    fitted = encoder.encode(QUERIES)
    assert (fitted * wanted).sum(1).mean() > 0.6
    again = QueryEncoder.from_pretrained(encoder.save_pretrained(tmp_path / "new"), device="cpu")
    np.testing.assert_allclose(again.encode(QUERIES), fitted, atol=2e-3)
    assert again.training["start"]["adapter"] == "old-adapter"
    card = (tmp_path / "new" / "README.md").read_text(encoding="utf-8")
    assert "## Descent" in card
    assert f"| old-adapter | {start} | 64-d, {space.teacher} | `pool`: 9 queries |" in card


def test_a_loaded_start_stays_as_it_is(tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace) -> None:
    old = build_case("lora-linear", tiny_base, wide_teacher, space).encoder
    before = old.encode(QUERIES)
    encoder = LoRAQueryEncoder.create(space=OTHER, start=old, device="cpu")
    encoder.begin_training()
    for weight in encoder.trained_tensors().values():
        weight.data += 0.1
    encoder.end_training()
    np.testing.assert_array_equal(old.encode(QUERIES), before)
    assert encoder.training["start"]["adapter"] == "a lora encoder"


def test_descent_is_told_over_generations(tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace) -> None:
    first = build_case("lora-linear", tiny_base, wide_teacher, space).encoder
    second = LoRAQueryEncoder.create(space=OTHER, start=first, device="cpu")
    third = LoRAQueryEncoder.create(space=replace(OTHER, teacher="a/third"), start=second, device="cpu")
    assert third.training["start"]["teacher"] == "another/teacher"
    assert third.training["start"]["start"]["teacher"] == space.teacher


@pytest.mark.parametrize(
    ("kind", "start", "message"),
    [
        ("lora", "static", "is of the kind static; an encoder of the kind lora can start from: lora"),
        ("static", "lora", "is of the kind lora; an encoder of the kind static can start from: static"),
        ("projection", "static", "an encoder of the kind projection can start from: lora, projection"),
    ],
)
def test_a_start_of_another_kind_is_refused(
    kind: str, start: str, message: str, tiny_base: Path, tiny_teacher: Path, wide_teacher: Path, space: EmbeddingSpace
) -> None:
    old = build_case(f"{start}-linear", tiny_base, wide_teacher, space).encoder
    with pytest.raises(InvalidInputError, match=message):
        created(kind, old, tiny_teacher)


def test_what_the_start_decides_cannot_be_chosen(tiny_teacher: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"base, rank cannot be chosen together with a start: .* minilm-lora"):
        LoRAQueryEncoder.create("some/base", space=OTHER, start="minilm-lora", rank=4)
    with pytest.raises(InvalidInputError, match="layers cannot be chosen"):
        ProjectionQueryEncoder.create(space=OTHER, start="minilm-lora", layers=2)
    with pytest.raises(InvalidInputError, match="rows cannot be chosen"):
        StaticQueryEncoder.create(LocalTeacher(str(tiny_teacher)), queries=QUERIES, start="static", rows=9)


def test_rows_longer_than_the_vectors_of_the_space_are_refused(tiny_teacher: Path) -> None:
    message = "rows of 256 numbers, more than the 48 of the 48-d space of tiny-teacher"
    with pytest.raises(InvalidInputError, match=message):
        created("static", "static", tiny_teacher)


def test_a_start_of_an_unknown_kind_names_the_kinds(
    tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace, tmp_path: Path
) -> None:
    folder = build_case("lora-linear", tiny_base, wide_teacher, space).encoder.save_pretrained(tmp_path / "old")
    edit_config(without_digests(folder), kind="oracle")
    with pytest.raises(AdapterFormatError, match=r"unknown kind 'oracle'\. This codequest has exported, lora"):
        LoRAQueryEncoder.create(space=OTHER, start=folder)
