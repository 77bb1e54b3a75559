"""``codequest export`` on a tiny adapter."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from codequest import QueryEncoder
from tests.cli.commands import run


def test_export_writes_a_graph_that_encodes_alike(adapter: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    out = tmp_path / "exported"
    printed = run("export", adapter, "--runtime", "onnx", "--out", out)
    assert printed.startswith("fp32, fused: cosine 1.0000, overlap 1.0000, worst 1.0000, 0.")
    expected = QueryEncoder.from_pretrained(adapter).encode(["sort a dict"])
    [line] = run("encode", out, "sort a dict").splitlines()
    np.testing.assert_allclose([json.loads(line)], expected, atol=2e-6)
