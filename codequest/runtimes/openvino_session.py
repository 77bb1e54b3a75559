"""OpenVINOSession: everything particular to OpenVINO."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from threading import local
from typing import TYPE_CHECKING, Any, ClassVar

from codequest.errors import AdapterFormatError, ModelFormatError, PrecisionNotSupportedError, require
from codequest.json_files import refuse_irregular
from codequest.machine import multiplies_bytes, threads
from codequest.runtimes.quiet import import_openvino, quiet_tools
from codequest.runtimes.reduction import Reduction
from codequest.runtimes.session import INPUTS, GraphSession, Merit, Port, Tokens, streams
from codequest.runtimes.table import RUNTIMES, GraphPrecision, Runtime
from codequest.space import Vectors

if TYPE_CHECKING:
    from torch import nn
    from torch.export import ExportedProgram

_FILE = RUNTIMES["openvino"].files[0]
_HINTS: Mapping[str, str] = {"fp32": "f32", "bf16": "bf16", "int8": "f32"}  # of what is not quantized

# Activations are quantized by groups of so many components, each with a scale of its own; with one scale for a whole
# row, the outliers of a transformer leave its other components a few of 256 steps. Without products of 8-bit integers
# they stay fp32: groups then gave no speed, and with the instructions of AVX2 alone no vectors either.
_GROUP = 32


class OpenVINOSession(GraphSession):
    """A graph on the CPU device of OpenVINO."""

    runtime: ClassVar[Runtime] = "openvino"

    def __init__(self, folder: Path, precision: GraphPrecision) -> None:
        self.refuse_unrunnable(precision)
        path = folder / _FILE
        at_once = streams()
        settings = {
            **({"PERFORMANCE_HINT": "LATENCY"} if at_once == 1 else {"NUM_STREAMS": at_once}),
            "ENABLE_CPU_PINNING": False,  # with it, processes of one thread each all run on the first core
            "INFERENCE_NUM_THREADS": threads(),
            "INFERENCE_PRECISION_HINT": _HINTS[precision],
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": _GROUP if precision == "int8" and multiplies_bytes() else 0,
        }
        try:
            for name in RUNTIMES["openvino"].files:
                refuse_irregular(folder / name)
            self._compiled = _core().compile_model(str(path), "CPU", settings)
        except Exception as error:  # its own, of the system, and of Python where a name in the graph is no text
            raise AdapterFormatError(f"OpenVINO cannot read {path}: {error}. Export it again.") from error
        self._own = local()

    @classmethod
    def refuse_unrunnable(cls, precision: GraphPrecision) -> None:
        core = _core()
        if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            raise PrecisionNotSupportedError(
                f"This CPU ({core.get_property('CPU', 'FULL_DEVICE_NAME')}) does not compute in bf16. "
                "Choose precision='fp32' or 'int8'."
            )

    def run(self, input_ids: Tokens, attention_mask: Tokens) -> Vectors:
        try:
            request = self._own.request
        except AttributeError:  # a request serves one caller at a time, so every thread has its own
            request = self._own.request = self._compiled.create_infer_request()
        feeds = dict(zip(INPUTS, (input_ids, attention_mask), strict=True))
        vectors: Vectors = request.infer(feeds, share_inputs=True)[0].copy()
        return vectors

    def ports(self) -> tuple[list[Port], list[Port]]:
        return [_port(port) for port in self._compiled.inputs], [_port(port) for port in self._compiled.outputs]

    @classmethod
    def refuse_unwritable(cls, module: nn.Module) -> None:  # noqa: ARG003  it holds weights of any size
        import_openvino()

    @classmethod
    def write(cls, program: ExportedProgram, folder: Path) -> None:
        openvino = import_openvino()
        try:
            graph = openvino.convert_model(_with_whole_slices(program))
        except Exception as error:  # its exceptions share no base but this one
            failed = str(error).partition(" with a message")[0].strip().splitlines()[-1].lstrip("- ")
            raise ModelFormatError(
                f"OpenVINO cannot convert this model: it fails at {failed}. Choose runtime='onnx'."
            ) from error
        for port, name in zip((*graph.inputs, *graph.outputs), ("input_ids", "attention_mask", "vectors"), strict=True):
            port.get_tensor().set_names({name})
        openvino.save_model(graph, str(folder / _FILE), compress_to_fp16=False)

    @classmethod
    def reductions(cls, precision: GraphPrecision, *, written: GraphPrecision) -> list[Reduction]:
        if precision == written:
            return []
        if precision == "bf16":
            return [Reduction("bf16", _halved)]
        require("nncf", extra="openvino")
        return [Reduction("int8 weights, activations by groups of 32", _compressed)]

    @classmethod
    def merits(cls) -> list[Merit]:
        fast = "this CPU multiplies 8-bit integers, and a quarter of the bytes are read"
        slow = "a quarter of the bytes are read; this CPU does not multiply 8-bit integers"
        return [
            Merit("int8", place=10, why=fast if multiplies_bytes() else slow),
            Merit("bf16", place=30, why="OpenVINO computes in bf16 on this CPU"),
        ]


def _port(port: Any) -> Port:
    dims = [dim.get_length() if dim.is_static else None for dim in port.partial_shape]
    numbers = port.element_type.to_dtype().name
    return Port(min(port.names, default=""), numbers, tuple(dims))


def _with_whole_slices(program: ExportedProgram) -> ExportedProgram:
    """The same program with slices as OpenVINO reads them: torch 2.8 writes ``x[:]`` without dimension and bounds."""
    import torch

    for node in program.graph.find_nodes(op="call_function", target=torch.ops.aten.slice.Tensor):
        if len(node.args) == 1:
            node.args = (*node.args, 0, 0, sys.maxsize)
    return program


def _core() -> Any:
    return import_openvino().Core()


def _halved(source: Path, target: Path) -> None:
    """Stores fp16, which has more digits than the bf16 that is computed in."""
    openvino = import_openvino()
    graph = openvino.Core().read_model(str(source / _FILE))
    openvino.save_model(graph, str(target / _FILE), compress_to_fp16=True)


def _compressed(source: Path, target: Path) -> None:
    """Stores every weight as int8 with a scale per row; `OpenVINOSession` quantizes the activations."""
    openvino = import_openvino()
    graph = openvino.Core().read_model(str(source / _FILE))
    with quiet_tools():
        import nncf

        compressed = nncf.compress_weights(graph, mode=nncf.CompressWeightsMode.INT8_ASYM)
    openvino.save_model(compressed, str(target / _FILE), compress_to_fp16=False)
