"""The ways to a precision: which there are, in which order, and that a copy is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codequest.runtimes import RUNTIMES
from codequest.runtimes.reduction import reductions

WAYS = [
    ("onnx", "fp32", "fp32", ["fp32, fused", "fp32"]),
    ("onnx", "int8", "fp32", ["dynamic int8", "dynamic int8, narrowing layers in fp32", "int8 by blocks of 128"]),
    ("onnx", "int8", "int8", ["int8"]),
    ("openvino", "fp32", "fp32", ["fp32"]),
    ("openvino", "bf16", "fp32", ["bf16"]),
    ("openvino", "int8", "fp32", ["int8 weights, activations by groups of 32"]),
    ("openvino", "int8", "int8", ["int8"]),
]


@pytest.fixture(autouse=True)
def _installed() -> None:
    for package in ("onnxscript", "nncf"):
        pytest.importorskip(package)


@pytest.mark.parametrize(("runtime", "precision", "written", "names"), WAYS)
def test_the_fastest_way_comes_first_and_the_most_faithful_last(
    runtime: Any, precision: Any, written: Any, names: list[str]
) -> None:
    ways = reductions(runtime, precision, written=written)
    assert [way.name for way in ways] == names
    by_batch = {way.name for way in ways if not way.batch_invariant}
    assert by_batch == {name for name in names if name.startswith("dynamic")}  # one scale serves a whole batch


@pytest.mark.parametrize(("runtime", "precision"), [("onnx", "int8"), ("openvino", "fp32")])
def test_what_is_in_the_precision_already_is_copied_file_by_file(runtime: Any, precision: Any, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    for number, name in enumerate([*RUNTIMES[runtime].files, "scratch.txt"]):
        (source / name).write_bytes(bytes([number]) * 5)
    [way] = reductions(runtime, precision, written=precision)
    way.write(source, target)
    copied = {path.name: path.read_bytes() for path in target.iterdir()}
    assert copied == {name: (source / name).read_bytes() for name in RUNTIMES[runtime].files}
