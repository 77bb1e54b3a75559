"""Trained weights in the number formats that an adapter folder holds."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from codequest.encoders import LoRAQueryEncoder, ProjectionQueryEncoder, QueryEncoder
from codequest.encoders.maps import SpaceMap
from codequest.encoders.stored_weights import StoredPrecision, restored_weights, round_weights, stored_weights
from codequest.encoders.student import load_tensors
from codequest.errors import AdapterFormatError
from codequest.space import EmbeddingSpace
from tests.encoders.conftest import disturb
from tests.tiny import QUERIES

STUDENTS = (LoRAQueryEncoder, ProjectionQueryEncoder)


def test_int8_is_whole_numbers_with_a_scale_for_each_row() -> None:
    weight = torch.tensor([[127.0, -64.0, 0.4], [0.0, 0.0, 0.0], [0.5, 0.25, -0.5]])
    stored = stored_weights({"map": weight, "bias": torch.tensor([0.1, 2.0])}, "int8")
    assert {name: tensor.dtype for name, tensor in stored.items()} == {
        "map": torch.int8, "map.scales": torch.float16, "bias": torch.float16,
    }  # fmt: skip
    assert stored["map"].tolist() == [[127, -64, 0], [0, 0, 0], [127, 64, -127]]
    restored = restored_weights(stored)
    assert restored["map"][0].tolist() == [127.0, -64.0, 0.0]
    torch.testing.assert_close(restored["map"][2], torch.tensor([0.5, 0.252, -0.5]), atol=1e-3, rtol=0)
    assert restored.keys() == {"map", "bias"}


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_what_was_rounded_is_stored_as_it_is(precision: StoredPrecision) -> None:
    weight = torch.randn(9, 33, generator=torch.Generator().manual_seed(0))
    exact = weight.clone()
    round_weights([weight], precision)
    assert torch.equal(restored_weights(stored_weights({"w": weight}, precision))["w"].float(), weight)
    assert (weight - exact).abs().max() < {"fp32": 1e-12, "fp16": 2e-3, "int8": 0.02}[precision]


@pytest.mark.parametrize("kind", STUDENTS)
def test_an_adapter_in_int8_is_read_as_it_was_saved(
    kind: type[LoRAQueryEncoder | ProjectionQueryEncoder], tiny_base: Path, space: EmbeddingSpace, tmp_path: Path
) -> None:
    sizes, vectors = {}, {}
    for precision in ("fp16", "int8"):
        encoder = kind.create(str(tiny_base), space=space, precision=precision, device="cpu")
        disturb(encoder)
        encoder.end_training()
        folder = encoder.save_pretrained(tmp_path / precision)
        sizes[precision] = sum(tensor.nbytes for tensor in load_file(folder / "model.safetensors").values())
        again = QueryEncoder.from_pretrained(folder, device="cpu")
        vectors[precision] = again.encode(QUERIES)
        np.testing.assert_allclose(vectors[precision], encoder.encode(QUERIES), atol=1e-6)
    assert sizes["int8"] < 0.65 * sizes["fp16"]  # rows of these are short, and a scale is two bytes
    assert (vectors["int8"] * vectors["fp16"]).sum(1).min() > 0.999


@pytest.mark.parametrize("scales", [None, torch.ones(1).half()])
def test_numbers_without_their_scales_are_refused(space: EmbeddingSpace, scales: torch.Tensor | None) -> None:
    space_map = SpaceMap(4, space.dim, kind="linear")
    tensors = {f"map.{name}": weight for name, weight in space_map.state_dict().items()}
    stored = stored_weights(tensors, "int8")
    load_tensors({"map": space_map}, stored, Path("adapter"))
    changed = {name: tensor for name, tensor in stored.items() if not name.endswith(".scales")}
    if scales is not None:
        changed["map.linear.weight.scales"] = scales
    with pytest.raises(AdapterFormatError, match=r"map\.linear\.weight"):
        load_tensors({"map": space_map}, changed, Path("adapter"))
