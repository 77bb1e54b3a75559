"""The rounded table and the numbers that numpy computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from codequest.encoders.static.table import StaticTable, gelu, quantized_rows


def test_the_error_is_at_most_half_a_scale() -> None:
    rows = np.random.default_rng(0).normal(size=(500, 40)).astype(np.float32) * np.logspace(-3, 3, 500)[:, None]
    codes, scales = quantized_rows(rows.astype(np.float32))
    error = np.abs(codes * scales.astype(np.float64)[:, None] - rows)
    largest = np.abs(rows).max(1, keepdims=True)
    assert (np.abs(codes.astype(int)).max(1) == 127)[np.abs(rows).max(1) > 0.01].all()
    assert (error <= np.maximum(largest / 127, 2.0**-14) * 0.57).all()  # half, and the rounding of the scale


@pytest.mark.parametrize("scale", [0.0, 1e-9, 1e-4, 0.01, 1.0, 300.0])
@pytest.mark.parametrize("precision", ["int8", "fp16"])
def test_rounding_twice_changes_nothing(precision: Any, scale: float) -> None:
    generator = np.random.default_rng(1)
    values = {
        "rows": (scale * generator.normal(size=(200, 16))).astype(np.float32),
        "weights": generator.normal(size=200).astype(np.float32),
        "map.linear.weight": generator.normal(size=(8, 16)).astype(np.float32),
        "map.linear.bias": generator.normal(size=8).astype(np.float32),
    }
    once = StaticTable.rounded(values, precision)
    twice = StaticTable.rounded(once.values(), precision)
    for name, tensor in once.tensors.items():
        np.testing.assert_array_equal(twice.tensors[name], tensor, err_msg=name)


def test_gelu_is_torchs() -> None:
    values = np.linspace(-6, 6, 2001, dtype=np.float32)
    exact = functional.gelu(torch.from_numpy(values).double()).numpy()  # fp32 errs by 9e-7 on some CPUs
    np.testing.assert_allclose(gelu(values), exact, atol=5e-7)
