"""OnnxSession: everything particular to ONNX Runtime."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from codequest.errors import (
    AdapterFormatError,
    InvalidInputError,
    MissingDependencyError,
    ModelFormatError,
    PrecisionNotSupportedError,
    require,
)
from codequest.json_files import refuse_irregular
from codequest.machine import multiplies_bytes, threads
from codequest.runtimes.quiet import quiet_tools
from codequest.runtimes.reduction import Reduction
from codequest.runtimes.session import INPUTS, OUTPUT, GraphSession, Merit, Port, Tokens, shares_cpu
from codequest.runtimes.table import RUNTIMES, GraphPrecision, Runtime
from codequest.space import Vectors

if TYPE_CHECKING:
    from onnx import ModelProto
    from torch import nn
    from torch.export import ExportedProgram

_FILE = RUNTIMES["onnx"].files[0]
_MOST_BYTES = 2 * 10**9  # what one protobuf file can hold
_NUMBERS: Mapping[str, str] = {"tensor(int64)": "int64", "tensor(float)": "float32"}
_BLOCK = 128  # weights of a column that share a scale


class OnnxSession(GraphSession):
    """A graph on the CPU provider of ONNX Runtime."""

    runtime: ClassVar[Runtime] = "onnx"

    def __init__(self, folder: Path, precision: GraphPrecision) -> None:
        self.refuse_unrunnable(precision)
        onnxruntime = _onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads()
        options.log_severity_level = 3  # errors only
        if shares_cpu():
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path = folder / _FILE
        refuse_other_files(path)
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its exceptions share no base but this one
            raise AdapterFormatError(f"ONNX Runtime cannot read {path}: {error}. Export it again.") from error

    @classmethod
    def refuse_unrunnable(cls, precision: GraphPrecision) -> None:
        _onnxruntime()
        if precision == "bf16":
            raise PrecisionNotSupportedError(
                "ONNX Runtime does not compute in bf16 on CPUs. Choose precision='fp32' or 'int8', or "
                "runtime='openvino', which does where the CPU has it."
            )

    def run(self, input_ids: Tokens, attention_mask: Tokens) -> Vectors:
        try:
            feeds = dict(zip(INPUTS, (input_ids, attention_mask), strict=True))
            vectors: Vectors = self._session.run([OUTPUT], feeds)[0]
        except Exception as error:  # its exceptions share no base but this one
            raise RuntimeError(f"ONNX Runtime cannot run this graph: {error}") from error
        return vectors

    def ports(self) -> tuple[list[Port], list[Port]]:
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        return [_port(port) for port in inputs], [_port(port) for port in outputs]

    @classmethod
    def refuse_unwritable(cls, module: nn.Module) -> None:
        for package in ("onnx", "onnxscript"):
            require(package, extra="onnx")
        size = sum(weight.nbytes for weight in (*module.parameters(), *module.buffers()))
        if size > _MOST_BYTES:
            raise InvalidInputError(
                f"The graph would have {size / 1e9:.1f} GB of weights; one ONNX file holds 2. Choose "
                "runtime='openvino'."
            )

    @classmethod
    def write(cls, program: ExportedProgram, folder: Path) -> None:
        import torch

        torch.onnx.export(
            program,
            f=str(folder / _FILE),
            dynamo=True,
            input_names=["input_ids", "attention_mask"],
            output_names=["vectors"],
            external_data=False,
            verbose=False,
        )

    @classmethod
    def reductions(cls, precision: GraphPrecision, *, written: GraphPrecision) -> list[Reduction]:
        if precision == written:
            if precision != "fp32":
                return []
            require("onnxscript", extra="onnx")
            return [Reduction("fp32, fused", _fused)]
        require("onnx", extra="onnx")
        return [  # with dynamic int8 one scale serves the activations of a whole batch
            Reduction("dynamic int8", _dynamic, batch_invariant=False),
            Reduction("dynamic int8, narrowing layers in fp32", _dynamic_without_narrowing, batch_invariant=False),
            Reduction(f"int8 by blocks of {_BLOCK}", _blockwise),
        ]

    @classmethod
    def merits(cls) -> list[Merit]:
        why = "ONNX Runtime multiplies 8-bit integers, and a quarter of the bytes are read"
        return [Merit("int8", place=20, why=why)]


def refuse_other_files(path: Path) -> None:
    """Refuse a graph with weights in another file, which no digest covers and which may lie anywhere.

    The key that names such a file is found in a few milliseconds; only where it is, the graph is taken apart.

    Raises:
        AdapterFormatError: It has such weights, or there is no such file.
    """
    try:
        refuse_irregular(path)
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if content.find(b"location") < 0:
                return
    except (OSError, ValueError) as error:  # an empty file cannot be mapped
        raise AdapterFormatError(f"ONNX Runtime cannot read {path}: {error}. Export it again.") from error
    try:
        onnx = require("onnx", extra="onnx")
    except MissingDependencyError as error:
        raise MissingDependencyError(
            f"{path} may take weights from another file, which only onnx can tell. Install it: pip install onnx"
        ) from error
    try:
        graph = onnx.load(str(path), load_external_data=False)
    except Exception as error:  # its exceptions share no base but this one
        raise AdapterFormatError(f"ONNX Runtime cannot read {path}: {error}. Export it again.") from error
    if _has_other_files(graph, onnx.TensorProto):
        raise AdapterFormatError(
            f"{path} takes weights from another file, which is not read. Export it again, as one file."
        )


def _has_other_files(message: Any, tensor: Any) -> bool:
    """Tell whether any tensor in a part of a graph, however deep, lies in another file."""
    if isinstance(message, tensor):
        return bool(message.data_location == tensor.EXTERNAL or message.external_data)
    parts = (part for field, part in message.ListFields() if field.message_type is not None)
    return any(
        _has_other_files(one, tensor) for part in parts for one in ([part] if hasattr(part, "ListFields") else part)
    )


def _port(port: Any) -> Port:
    dims = [dim if isinstance(dim, int) else None for dim in port.shape]  # those that are free have a name
    return Port(port.name, _NUMBERS.get(port.type, port.type), tuple(dims))


def _onnxruntime() -> Any:
    return require("onnxruntime", extra="onnx")


def _fused(source: Path, target: Path) -> None:
    """Joins what ONNX Runtime has one kernel for: attention with its three projections, and sums with what follows.

    Raises:
        ModelFormatError: The rules of fusion fail on this graph.
    """
    with quiet_tools():
        import onnx_ir
        from onnxscript.rewriter.ort_fusions import optimize_for_ort

        try:
            graph, _ = optimize_for_ort(onnx_ir.load(source / _FILE))
        except Exception as error:  # its exceptions share no base but this one
            raise ModelFormatError(f"The graph cannot be fused for ONNX Runtime: {error}.") from error
        onnx_ir.save(graph, target / _FILE)


def _dynamic(source: Path, target: Path) -> None:
    _quantize_dynamic(source, target, ["MatMul", "Gather"], [])


def _dynamic_without_narrowing(source: Path, target: Path) -> None:
    """Leaves out the layers after the activation functions, whose outliers one scale per row cannot hold."""
    with quiet_tools():
        import onnx
        from onnxruntime.quantization.onnx_model import ONNXModel

        model = ONNXModel(onnx.load(str(source / _FILE)))
        model.replace_gemm_with_matmul()  # quantize_dynamic does so too: it knows products by the names this gives
    _quantize_dynamic(source, target, ["MatMul", "Gather"], _narrowing(model.model))


def _narrowing(model: ModelProto) -> list[str]:
    """Names of the products whose weight has more rows than columns."""
    shapes = {weight.name: tuple(weight.dims) for weight in model.graph.initializer}
    products = [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in shapes]
    weighted = [(node.name, shapes[node.input[1]]) for node in products]
    return [name for name, (rows, columns) in weighted if rows > columns]


def _blockwise(source: Path, target: Path) -> None:
    """Stores weights by blocks and multiplies them with activations that are quantized by blocks as well."""
    _quantize_dynamic(source, target, ["Gather"], [])
    with quiet_tools():
        import onnx
        from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
        from onnxruntime.quantization.quant_utils import QuantFormat

        config = DefaultWeightOnlyQuantConfig(
            block_size=_BLOCK,
            is_symmetric=True,
            accuracy_level=4,  # products of whole numbers
            quant_format=QuantFormat.QOperator,
            op_types_to_quantize=("MatMul",),
            bits=8,
        )
        quantizer = MatMulNBitsQuantizer(onnx.load(str(target / _FILE)), algo_config=config)
        quantizer.process()
        quantizer.model.save_model_to_file(str(target / _FILE), False)


def _quantize_dynamic(source: Path, target: Path, kinds: list[str], left_out: list[str]) -> None:
    """Stores weights as int8, a scale per column; activations get one scale per batch when it runs."""
    with quiet_tools():
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic

        model = onnx.load(str(source / _FILE))
        del model.graph.value_info[:]  # it has the shapes of weights before the quantizer transposes them
        quantize_dynamic(
            model,
            str(target / _FILE),
            op_types_to_quantize=kinds,
            nodes_to_exclude=left_out,
            per_channel=True,
            weight_type=QuantType.QInt8,
            reduce_range=not multiplies_bytes(),  # of 8 bits, sums would saturate there
        )
