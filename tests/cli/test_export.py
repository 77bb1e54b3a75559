"""``codequest export`` on a tiny adapter."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from codequest import QueryEncoder
from codequest.cli.app import build_app
from codequest.runtimes import RUNTIMES
from tests.cli.commands import run


def test_help_names_every_runtime_and_those_that_have_a_precision() -> None:
    printed = CliRunner().invoke(build_app(), ["export", "--help"], env={"COLUMNS": "200"}).stdout
    assert f"Runtime: {', '.join(RUNTIMES)} or sentence-transformers." in printed
    assert "fp32, bf16 (openvino" in printed


def test_export_writes_a_graph_that_encodes_alike(tiny_light: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    out = tmp_path / "exported"
    printed = run("export", tiny_light, "--runtime", "onnx", "--out", out)
    assert printed.startswith("fp32, fused: cosine 1.0000, overlap 1.0000, worst 1.0000, 0.")
    expected = QueryEncoder.from_pretrained(tiny_light).encode(["sort a dict"])
    [line] = run("encode", out, "sort a dict").splitlines()
    np.testing.assert_allclose([json.loads(line)], expected, atol=2e-6)
