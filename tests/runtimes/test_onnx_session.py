"""What is particular to ONNX Runtime: its threads, its files, its ways to int8."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.errors import MissingDependencyError, ModelFormatError, PrecisionNotSupportedError
from codequest.machine import threads
from codequest.runtimes import onnx_session as module
from codequest.runtimes import open_session, sharing_cpu
from codequest.runtimes.build import write_graph
from codequest.runtimes.onnx_session import OnnxSession
from codequest.runtimes.reduction import reductions
from tests.runtimes.networks import DIM, WIDTH, SmallNetwork, expected, tokens

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small network in fp32."""
    folder = tmp_path_factory.mktemp("graphs")
    write_graph(SmallNetwork(), tokens(2, 3), folder, runtime="onnx")
    return folder


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Settings and providers of every session that is opened."""
    seen: list[Any] = []
    opened = onnxruntime.InferenceSession

    def open_seen(path: str, options: Any, providers: list[str]) -> Any:
        seen.append((options, providers))
        return opened(path, options, providers=providers)

    monkeypatch.setattr(onnxruntime, "InferenceSession", open_seen)
    return seen


def reduced(graph: Path, folder: Path, way: str) -> Any:
    """The model that a way to int8 writes."""
    [chosen] = [one for one in reductions("onnx", "int8", written="fp32") if one.name == way]
    chosen.write(graph, folder)
    return onnx.load(str(folder / "model.onnx")).graph


def cosines(folder: Path) -> Any:
    """Of the vectors of an int8 graph to those of the network, text by text."""
    batch = tokens(12, 7)
    found = open_session(folder, "onnx", "int8").run(batch["input_ids"].numpy(), batch["attention_mask"].numpy())
    return (found * expected(SmallNetwork(), batch)).sum(1) / np.linalg.norm(found, axis=1)


def weight_of(model: Any, shape: tuple[int, ...]) -> Any:
    """The weight of this shape as numbers."""
    [weight] = [tensor for tensor in model.initializer if tuple(tensor.dims) == shape]
    return onnx.numpy_helper.to_array(weight)


def test_it_runs_on_the_cpu_with_the_threads_of_the_machine(graph: Path, options: list[Any]) -> None:
    open_session(graph, "onnx", "fp32")
    [(settings, providers)] = options
    assert (settings.intra_op_num_threads, settings.log_severity_level) == (threads(), 3)
    assert providers == ["CPUExecutionProvider"]


def test_threads_that_share_the_cpu_do_not_spin(graph: Path, options: list[Any]) -> None:
    def spins() -> str:
        open_session(graph, "onnx", "fp32")
        try:
            return str(options[-1][0].get_session_config_entry("session.intra_op.allow_spinning"))
        except RuntimeError:  # not set
            return "as usual"

    assert spins() == "as usual"
    with sharing_cpu():
        assert spins() == "0"
    assert spins() == "as usual"


def test_bf16_is_refused_with_the_runtime_that_has_it() -> None:
    for precision in ("fp32", "int8"):
        OnnxSession.refuse_unrunnable(precision)  # type: ignore[arg-type]
    with pytest.raises(PrecisionNotSupportedError, match=r"does not compute in bf16.*runtime='openvino'"):
        OnnxSession.refuse_unrunnable("bf16")


@pytest.mark.parametrize("package", ["onnx", "onnxscript"])
def test_what_writes_graphs_must_be_installed(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependencyError, match=rf"'{package}' is needed here.*codequest\[onnx\]"):
        OnnxSession.refuse_unwritable(SmallNetwork())


def test_dynamic_int8_multiplies_bytes_in_every_layer(graph: Path, tmp_path: Path) -> None:
    model = reduced(graph, tmp_path, "dynamic int8")
    kinds = Counter(node.op_type for node in model.node)
    assert (kinds["MatMulInteger"], kinds["MatMul"] + kinds["Gemm"]) == (2, 0)
    assert cosines(tmp_path).min() > 0.99


def test_layers_that_narrow_can_stay_in_fp32(graph: Path, tmp_path: Path) -> None:
    model = reduced(graph, tmp_path, "dynamic int8, narrowing layers in fp32")
    kinds = Counter(node.op_type for node in model.node)
    assert (kinds["MatMulInteger"], kinds["MatMul"] + kinds["Gemm"]) == (1, 1)
    assert weight_of(model, (8 * WIDTH, DIM)).dtype == np.float32
    assert weight_of(model, (WIDTH, 8 * WIDTH)).dtype == np.int8
    assert cosines(tmp_path).min() > 0.99


def test_int8_by_blocks_has_a_scale_for_every_block(graph: Path, tmp_path: Path) -> None:
    model = reduced(graph, tmp_path, "int8 by blocks of 128")
    blocks = [node for node in model.node if node.op_type == "MatMulNBits"]
    settings = [{one.name: one.i for one in node.attribute} for node in blocks]
    assert [(one["K"], one["bits"], one["block_size"], one["accuracy_level"]) for one in settings] == [
        (WIDTH, 8, 128, 4),
        (8 * WIDTH, 8, 128, 4),
    ]
    assert cosines(tmp_path).min() > 0.999


@pytest.mark.parametrize(("multiplies", "largest"), [(True, 127), (False, 64)])
def test_weights_leave_room_where_sums_of_products_would_saturate(
    graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, multiplies: bool, largest: int
) -> None:
    monkeypatch.setattr(module, "multiplies_bytes", lambda: multiplies)
    model = reduced(graph, tmp_path, "dynamic int8")
    found = np.abs(weight_of(model, (WIDTH, 8 * WIDTH)).astype(int)).max(axis=0)  # of every column
    assert (found.min(), found.max()) == (largest, largest)


def test_a_graph_that_cannot_be_fused_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no graph")
    fused, copied = reductions("onnx", "fp32", written="fp32")
    with pytest.raises(ModelFormatError, match="cannot be fused for ONNX Runtime"):
        fused.write(tmp_path, tmp_path)
    assert copied.name == "fp32"
