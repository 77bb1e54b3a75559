"""What is particular to OpenVINO: its settings, its threads, its precisions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.errors import PrecisionNotSupportedError
from codequest.machine import threads
from codequest.runtimes import batches_at_once, open_session
from codequest.runtimes import openvino_session as module
from codequest.runtimes.build import write_graph
from codequest.runtimes.openvino_session import OpenVINOSession
from codequest.runtimes.reduction import reductions
from tests.runtimes.networks import DIM, WIDTH, SmallNetwork, expected, tokens

openvino = pytest.importorskip("openvino")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small network in fp32."""
    folder = tmp_path_factory.mktemp("graphs")
    write_graph(SmallNetwork(), tokens(2, 3), folder, runtime="openvino")
    return folder


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Those of every graph that is opened, on a machine that is said to have every instruction."""
    seen: list[dict[str, Any]] = []
    core = openvino.Core

    class Recording:
        def get_property(self, device: str, name: str) -> Any:
            return {"OPTIMIZATION_CAPABILITIES": ["FP32", "BF16"], "FULL_DEVICE_NAME": "New CPU"}[name]

        def compile_model(self, path: str, device: str, given: dict[str, Any]) -> Any:
            seen.append({"device": device, **given})
            return core().compile_model(path, device)

    monkeypatch.setattr("openvino.Core", Recording)
    return seen


def weights(folder: Path) -> dict[tuple[int, ...], str]:
    """Number format of every stored matrix, by its shape."""
    nodes = openvino.Core().read_model(str(folder / "openvino_model.xml")).get_ops()
    stored = [node for node in nodes if node.get_type_name() == "Constant" and len(node.get_output_shape(0)) == 2]
    return {tuple(node.get_output_shape(0)): node.get_element_type().get_type_name() for node in stored}


@pytest.mark.parametrize(
    ("precision", "multiplies", "hint", "group"),
    [("fp32", True, "f32", 0), ("bf16", True, "bf16", 0), ("int8", True, "f32", 32), ("int8", False, "f32", 0)],
)
def test_every_precision_has_its_settings(
    graph: Path,
    settings: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    precision: Any,
    multiplies: bool,
    hint: str,
    group: int,
) -> None:
    monkeypatch.setattr(module, "multiplies_bytes", lambda: multiplies)
    open_session(graph, "openvino", precision)
    assert settings == [
        {
            "device": "CPU",
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,
            "INFERENCE_NUM_THREADS": threads(),
            "INFERENCE_PRECISION_HINT": hint,
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": group,
        }
    ]


def test_batches_at_once_have_a_stream_each_which_is_bound_to_no_core(
    graph: Path, settings: list[dict[str, Any]]
) -> None:
    with batches_at_once(3):
        open_session(graph, "openvino", "fp32")
    open_session(graph, "openvino", "fp32")
    together, alone = settings
    assert (together["NUM_STREAMS"], together["ENABLE_CPU_PINNING"]) == (3, False)
    assert "PERFORMANCE_HINT" not in together
    assert "NUM_STREAMS" not in alone
    assert alone["ENABLE_CPU_PINNING"] is False


def test_bf16_is_refused_where_the_cpu_would_emulate_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        def get_property(self, _: str, name: str) -> Any:
            return {"OPTIMIZATION_CAPABILITIES": ["FP32", "INT8"], "FULL_DEVICE_NAME": "Old CPU"}[name]

    monkeypatch.setattr("openvino.Core", Old)
    for precision in ("fp32", "int8"):
        OpenVINOSession.refuse_unrunnable(precision)  # type: ignore[arg-type]
    with pytest.raises(PrecisionNotSupportedError, match=r"This CPU \(Old CPU\) does not compute in bf16"):
        OpenVINOSession.refuse_unrunnable("bf16")


def test_vectors_stay_what_they_are_when_it_runs_again(graph: Path) -> None:
    session, network = open_session(graph, "openvino", "fp32"), SmallNetwork()
    batches = [tokens(count, 5) for count in (4, 4, 6)]
    batches[1]["input_ids"] = batches[1]["input_ids"].flip(0)
    found = [session.run(batch["input_ids"].numpy(), batch["attention_mask"].numpy()) for batch in batches]
    for vectors, batch in zip(found, batches, strict=True):
        np.testing.assert_allclose(vectors, expected(network, batch), atol=1e-6)


@pytest.mark.parametrize("at_once", [1, 2])
def test_threads_that_run_at_once_get_their_own_vectors(graph: Path, at_once: int) -> None:
    with batches_at_once(at_once):
        session, network = open_session(graph, "openvino", "fp32"), SmallNetwork()
    batches = [tokens(count, 30) for count in range(2, 12)] * 20

    def run(batch: Any) -> Any:
        return session.run(batch["input_ids"].numpy(), batch["attention_mask"].numpy())

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(run, batches))
    for vectors, batch in zip(found, batches, strict=True):
        np.testing.assert_allclose(vectors, expected(network, batch), atol=1e-6)


def test_a_graph_holds_the_number_format_of_its_precision(graph: Path, tmp_path: Path) -> None:
    pytest.importorskip("nncf")
    shapes = {(8 * WIDTH, WIDTH), (DIM, 8 * WIDTH)}
    formats = {}
    for precision in ("fp32", "bf16", "int8"):
        folder = tmp_path / precision
        folder.mkdir()
        for way in reductions("openvino", precision, written="fp32"):  # type: ignore[arg-type]
            way.write(graph, folder)
        formats[precision] = {name for shape, name in weights(folder).items() if shape in shapes}
    assert formats == {"fp32": {"f32"}, "bf16": {"f16"}, "int8": {"u8"}}
    batch = tokens(12, 7)
    found = open_session(tmp_path / "int8", "openvino", "int8").run(
        batch["input_ids"].numpy(), batch["attention_mask"].numpy()
    )
    assert (found * expected(SmallNetwork(), batch)).sum(1).min() > 0.999
