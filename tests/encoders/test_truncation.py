"""Encoders of indexes whose vectors were truncated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.adapters import find_adapter
from codequest.adapters.folder import read_config
from codequest.encoders import QueryEncoder, check_teacher
from codequest.encoders.truncation import has_linear_map
from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.space import EmbeddingSpace, normalized
from codequest.teachers import LocalTeacher
from tests.encoders.conftest import build_case
from tests.tiny import QUERIES

DIM = 16  # less than the width of the static table


@pytest.mark.parametrize("name", ["lora-linear", "projection-linear", "static-linear"])
def test_it_gives_the_first_values_of_every_vector(
    name: str, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace, tmp_path: Path
) -> None:
    whole = build_case(name, tiny_base, wide_teacher, space).encoder
    whole.training, whole.metrics = {"stages": [{"epochs": 1}]}, {"set": {"nDCG@10": 0.5}}
    cut = whole.truncated_to(DIM)
    assert type(cut) is type(whole)
    assert cut.space.truncates(space)
    assert cut.space.dim == DIM
    np.testing.assert_allclose(cut.encode(QUERIES), normalized(whole.encode(QUERIES)[:, :DIM]), atol=1e-5)
    assert cut.training == whole.training
    assert cut.metrics == {}
    again = QueryEncoder.from_pretrained(cut.save_pretrained(tmp_path / "cut"))
    np.testing.assert_allclose(again.encode(QUERIES), cut.encode(QUERIES), atol=1e-6)


def test_a_shipped_one_knows_its_teacher_truncated() -> None:
    whole = QueryEncoder.from_pretrained("static")
    cut = whole.truncated_to(128)
    kept, first = cut.reference_vectors, whole.reference_vectors
    assert kept is not None
    assert first is not None
    assert kept.documents.shape == (len(first.texts), 128)
    found = normalized(first.documents[:, :128].astype(np.float32))
    np.testing.assert_allclose(kept.documents.astype(np.float32), found, atol=1e-3)


def test_its_teacher_is_recognized(tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace) -> None:
    from codequest.adapters.reference_vectors import ReferenceVectors

    whole = build_case("lora-linear", tiny_base, wide_teacher, space).encoder
    whole.reference_vectors = ReferenceVectors.of(LocalTeacher(str(wide_teacher), device="cpu"))
    cut = whole.truncated_to(DIM)
    check_teacher(cut, LocalTeacher(str(wide_teacher), device="cpu", dim=DIM))
    with pytest.raises(SpaceMismatchError, match=f"dim {DIM} against 64|64 dimensions, .* {DIM}"):
        check_teacher(cut, LocalTeacher(str(wide_teacher), device="cpu"))


@pytest.mark.parametrize("dim", [0, 64, 65])
def test_a_length_that_is_none_is_refused(dim: int, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace) -> None:
    encoder = build_case("lora-linear", tiny_base, wide_teacher, space).encoder
    with pytest.raises(
        InvalidInputError,
        match=f"dim must be from 1 to 63, .*; got {dim}|dim must be a whole number of at least 1, got 0",
    ):
        encoder.truncated_to(dim)


@pytest.mark.parametrize("name", ["lora-mlp", "quantized-bf16", "exported-onnx"])
def test_an_encoder_without_a_linear_map_is_refused(
    name: str, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace
) -> None:
    encoder = build_case(name, tiny_base, wide_teacher, space).encoder
    with pytest.raises(InvalidInputError, match=r"without a linear map cannot be truncated.*codequest adapt --dim"):
        encoder.truncated_to(DIM)


def test_maps_are_told_by_their_adapters() -> None:
    kinds = {name: has_linear_map(read_config(find_adapter(name))) for name in ("static", "minilm-projection")}
    assert kinds == {"static": True, "minilm-projection": False}
