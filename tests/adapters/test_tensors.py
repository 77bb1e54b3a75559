"""Weights of an adapter folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from codequest.adapters.tensors import check_names, read_arrays, read_tensors, tensor_shapes
from codequest.errors import AdapterFormatError

TENSORS = {"map.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "scales": np.ones(4, np.float16)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_file(TENSORS, tmp_path / "model.safetensors")
    return tmp_path


def test_they_are_read_in_numpy_and_in_torch_and_their_shapes_alone(folder: Path) -> None:
    arrays, tensors = read_arrays(folder), read_tensors(folder)
    assert arrays.keys() == tensors.keys() == TENSORS.keys()
    for name, expected in TENSORS.items():
        np.testing.assert_array_equal(arrays[name], expected)
        np.testing.assert_array_equal(tensors[name].numpy(), expected)
    assert tensor_shapes(folder) == {"map.weight": (2, 3), "scales": (4,)}


@pytest.mark.parametrize("lie", ["shape", "length", "cut"])
def test_a_header_that_lies_is_refused_before_memory_is_taken(folder: Path, lie: str) -> None:
    path = folder / "model.safetensors"
    content = path.read_bytes()
    changed = {
        "shape": content.replace(b"[2,3]", b"[2,9]"),
        "length": (2**62).to_bytes(8, "little") + content[8:],
        "cut": content[:-1],
    }[lie]
    assert changed != content
    path.write_bytes(changed)
    for read in (read_arrays, read_tensors, tensor_shapes):
        with pytest.raises(AdapterFormatError, match=r"model\.safetensors is truncated or damaged"):
            read(folder)


def test_missing_and_left_over_names_are_said(folder: Path) -> None:
    check_names(TENSORS, TENSORS, folder)
    with pytest.raises(AdapterFormatError, match=r"missing \['bias'\], unknown \['scales'\]\. Was it cut\?"):
        check_names(TENSORS, ["map.weight", "bias"], folder, cause="it cut")


def test_a_format_that_numpy_does_not_have_is_refused(folder: Path) -> None:
    path = folder / "model.safetensors"
    content = path.read_bytes()
    at = content.index(b'"F16"')
    path.write_bytes(content[:at] + b'"BF16"' + content[at + 5 :].replace(b" ", b"", 1))
    with pytest.raises(AdapterFormatError, match=r"model\.safetensors is truncated or damaged"):
        read_arrays(folder)
