from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.errors import AdapterFormatError, PrecisionNotSupportedError
from codequest.runtimes import open_session, run_split


class Small:
    """A session with memory for so many rows; says so as the runtimes do."""

    def __init__(self, rows: int, error: Exception) -> None:
        self.rows, self.error, self.calls = rows, error, 0

    def run(self, input_ids: Any, attention_mask: Any) -> Any:
        self.calls += 1
        if len(input_ids) > self.rows:
            raise self.error
        return (input_ids * attention_mask).astype(np.float32)


def save_graph(folder: Path, *, inputs: Any = (), outputs: Any = (), weights: Any = None) -> None:
    """A graph whose vectors are the ids, plus whatever else is asked for."""
    onnx = pytest.importorskip("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    given = [("input_ids", kinds.INT64, ["n", "t"]), ("attention_mask", kinds.INT64, ["n", "t"]), *inputs]
    taken = [("vectors", kinds.FLOAT, ["n", "d"]), *outputs]
    nodes = [helper.make_node("Cast", ["input_ids"], [name], to=kind) for name, kind, _ in taken]
    ports = [[helper.make_tensor_value_info(*port) for port in side] for side in (given, taken)]
    graph = helper.make_graph(nodes, "same", *ports, initializer=[] if weights is None else [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    (folder / "model.onnx").write_bytes(model.SerializeToString())


IDS = np.arange(14).reshape(7, 2)


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("std::bad_alloc"), RuntimeError("Failed to allocate")])
def test_a_batch_that_does_not_fit_into_memory_is_split(error: Exception) -> None:
    session: Any = Small(2, error)
    np.testing.assert_array_equal(run_split(session, IDS, np.ones_like(IDS)), IDS)
    assert session.calls == 7  # 7 fails; 3 fails, 1, 2; 4 fails, 2, 2


def test_one_row_that_does_not_fit_and_other_errors_are_raised() -> None:
    with pytest.raises(MemoryError, match="one row"):
        run_split(Small(0, MemoryError("one row")), IDS[:1], IDS[:1])  # type: ignore[arg-type]
    broken: Any = Small(0, RuntimeError("shape mismatch"))
    with pytest.raises(AdapterFormatError, match=r"shape mismatch\. Was a file replaced\?"):
        run_split(broken, IDS, IDS)
    assert broken.calls == 1


def test_vectors_that_are_not_there_are_an_error() -> None:
    """What OpenVINO returned for int8 graphs on a CPU without the instructions that their kernels need."""

    class Empty:
        def run(self, input_ids: Any, attention_mask: Any) -> Any:
            return np.zeros((0, 768), dtype=np.float32)

    tokens = np.ones((3, 5), dtype=np.int64)
    with pytest.raises(PrecisionNotSupportedError, match=r"shape \(0, 768\) for 3 texts: this CPU cannot run it"):
        run_split(Empty(), tokens, tokens)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("runtime", "name", "says"),
    [("onnx", "model.onnx", "ONNX Runtime"), ("openvino", "openvino_model.xml", "OpenVINO")],
)
def test_a_file_that_is_no_graph(runtime: Any, name: str, says: str, tmp_path: Path) -> None:
    pytest.importorskip({"onnx": "onnxruntime", "openvino": "openvino"}[runtime])
    (tmp_path / name).write_text("text", encoding="utf-8")
    with pytest.raises(AdapterFormatError, match=rf"{says} cannot read .*{name}"):
        open_session(tmp_path, runtime, "fp32")


INT64, FLOAT, DOUBLE = 7, 1, 11  # as ONNX numbers them


@pytest.mark.parametrize(
    ("changes", "dim", "says"),
    [
        ({}, 7, None),  # the graph says nothing of its dim
        ({"inputs": [("token_type_ids", INT64, ["n", "t"])]}, 7, r"takes .*, token_type_ids int64 \(any, any\) and"),
        ({"outputs": [("states", FLOAT, ["n", "t"])]}, 7, r"gives vectors .*, states float32 \(any, any\)"),
    ],
)
def test_a_graph_takes_ids_and_mask_and_gives_vectors(tmp_path: Path, changes: Any, dim: int, says: str | None) -> None:
    pytest.importorskip("onnxruntime")
    save_graph(tmp_path, **changes)
    if says is None:
        opened = open_session(tmp_path, "onnx", "fp32", dim=dim)
        np.testing.assert_array_equal(run_split(opened, IDS, np.ones_like(IDS)), IDS)
    else:
        with pytest.raises(AdapterFormatError, match=says):
            open_session(tmp_path, "onnx", "fp32", dim=dim)


@pytest.mark.parametrize(
    ("port", "says"),
    [
        (("vectors", DOUBLE, ["n", "d"]), r"gives vectors tensor\(double\)"),
        (("vectors", FLOAT, ["n", 5]), r"gives vectors float32 \(any, 5\); expected .* vectors float32 \(any, 7\)"),
        (("vectors", FLOAT, [3, "d"]), r"gives vectors float32 \(3, any\)"),
        (("sentence_embedding", FLOAT, ["n", "d"]), "gives sentence_embedding float32"),
    ],
)
def test_a_graph_with_another_output_is_refused(tmp_path: Path, port: Any, says: str) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    save_graph(tmp_path)
    graph = onnx.load(tmp_path / "model.onnx")
    graph.graph.output[0].CopyFrom(onnx.helper.make_tensor_value_info(*port))
    graph.graph.node[0].output[0] = port[0]
    graph.graph.node[0].attribute[0].i = port[1]
    onnx.save(graph, tmp_path / "model.onnx")
    with pytest.raises(AdapterFormatError, match=says):
        open_session(tmp_path, "onnx", "fp32", dim=7)


@pytest.mark.parametrize("location", ["weights.bin", "../elsewhere.bin", "/etc/hostname", "*/_ORT_MEM_ADDR_/*"])
def test_weights_in_another_file_are_refused_before_the_runtime_sees_them(tmp_path: Path, location: str) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    (tmp_path / "weights.bin").write_bytes(np.ones(4, np.float32).tobytes())
    weights = onnx.TensorProto(name="w", data_type=FLOAT, dims=[4], data_location=onnx.TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value=location)
    save_graph(tmp_path, weights=weights)
    with pytest.raises(AdapterFormatError, match="takes weights from another file, which is not read"):
        open_session(tmp_path, "onnx", "fp32")


def test_a_graph_that_only_speaks_of_a_location_is_opened(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    save_graph(tmp_path, weights=onnx.helper.make_tensor("location", FLOAT, [1], [1.0]))
    np.testing.assert_array_equal(run_split(open_session(tmp_path, "onnx", "fp32"), IDS, np.ones_like(IDS)), IDS)


def test_an_openvino_graph_whose_weights_have_another_size(tmp_path: Path) -> None:
    openvino = pytest.importorskip("openvino")
    from openvino import opset8 as ops

    ids, mask = (ops.parameter([-1, -1], np.int64, name=name) for name in ("input_ids", "attention_mask"))
    table = ops.constant(np.arange(4096, dtype=np.float32))
    taken = ops.gather(table, ids, ops.constant(0))
    graph = openvino.Model([taken], [ids, mask], "same")
    for port, name in zip((*graph.inputs, *graph.outputs), ("input_ids", "attention_mask", "vectors"), strict=True):
        port.get_tensor().set_names({name})
    openvino.save_model(graph, str(tmp_path / "openvino_model.xml"), compress_to_fp16=False)
    np.testing.assert_array_equal(run_split(open_session(tmp_path, "openvino", "fp32"), IDS, np.ones_like(IDS)), IDS)
    weights = tmp_path / "openvino_model.bin"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(AdapterFormatError, match="OpenVINO cannot read"):
        open_session(tmp_path, "openvino", "fp32")
    weights.unlink()
    with pytest.raises(AdapterFormatError, match=r"OpenVINO cannot read .*openvino_model\.bin"):
        open_session(tmp_path, "openvino", "fp32")
