"""From the graph that torch gave to the one that is run: fused, or in a lower precision, the fastest way first."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from codequest.errors import ModelFormatError, require
from codequest.machine import multiplies_bytes
from codequest.runtimes.quiet import import_openvino, quiet_tools
from codequest.runtimes.session import GRAPH_FILES, GraphPrecision, Runtime

if TYPE_CHECKING:
    from onnx import ModelProto


@dataclass(frozen=True, slots=True)
class Reduction:
    """One way to the graph that is run.

    Attributes:
        name: What people call it.
        write: Reads the graph of the first folder and writes the reduced one into the second.
        batch_invariant: Whether a text's vector is the same, beyond rounding, whatever else is in its batch.
    """

    name: str
    write: Callable[[Path, Path], None]
    batch_invariant: bool = True


_BLOCK = 128  # weights of a column that share a scale


def reductions(runtime: Runtime, precision: GraphPrecision, *, written: GraphPrecision) -> list[Reduction]:
    """The ways to a precision, the fastest first and the most faithful last.

    Args:
        runtime: What runs the graph.
        precision: What is wanted.
        written: What the graph is in already.

    Raises:
        MissingDependencyError: A package that reduces graphs is not installed.
    """
    if runtime == "onnx" and precision == written == "fp32":
        require("onnxscript", extra="onnx")
        return [Reduction("fp32, fused", _fused), Reduction("fp32", partial(_copy, runtime=runtime))]
    if precision == written:
        return [Reduction(precision, partial(_copy, runtime=runtime))]
    if runtime == "openvino":
        if precision == "bf16":
            return [Reduction("bf16", _halved)]
        require("nncf", extra="openvino")
        return [Reduction("int8 weights, activations by groups of 32", _compressed)]
    require("onnx", extra="onnx")
    return [  # with dynamic int8 one scale serves the activations of a whole batch
        Reduction("dynamic int8", _dynamic, batch_invariant=False),
        Reduction("dynamic int8, narrowing layers in fp32", _dynamic_without_narrowing, batch_invariant=False),
        Reduction(f"int8 by blocks of {_BLOCK}", _blockwise),
    ]


def _copy(source: Path, target: Path, *, runtime: Runtime) -> None:
    for name in GRAPH_FILES[runtime]:
        shutil.copyfile(source / name, target / name)


def _fused(source: Path, target: Path) -> None:
    """Joins what ONNX Runtime has one kernel for: attention with its three projections, and sums with what follows.

    Raises:
        ModelFormatError: The rules of fusion fail on this graph.
    """
    name = GRAPH_FILES["onnx"][0]
    with quiet_tools():
        import onnx_ir
        from onnxscript.rewriter.ort_fusions import optimize_for_ort

        try:
            graph, _ = optimize_for_ort(onnx_ir.load(source / name))
        except Exception as error:  # its exceptions share no base but this one
            raise ModelFormatError(f"The graph cannot be fused for ONNX Runtime: {error}.") from error
        onnx_ir.save(graph, target / name)


def _halved(source: Path, target: Path) -> None:
    """Stores fp16, which has more digits than the bf16 that is computed in."""
    openvino = import_openvino()
    name = GRAPH_FILES["openvino"][0]
    graph = openvino.Core().read_model(str(source / name))
    openvino.save_model(graph, str(target / name), compress_to_fp16=True)


def _compressed(source: Path, target: Path) -> None:
    """Stores every weight as int8 with a scale per row; `OpenVINOSession` quantizes the activations."""
    openvino = import_openvino()
    name = GRAPH_FILES["openvino"][0]
    graph = openvino.Core().read_model(str(source / name))
    with quiet_tools():
        import nncf

        compressed = nncf.compress_weights(graph, mode=nncf.CompressWeightsMode.INT8_ASYM)
    openvino.save_model(compressed, str(target / name), compress_to_fp16=False)


def _dynamic(source: Path, target: Path) -> None:
    _quantize_dynamic(source, target, ["MatMul", "Gather"], [])


def _dynamic_without_narrowing(source: Path, target: Path) -> None:
    """Leaves out the layers behind the activation functions, whose outliers one scale per row cannot hold."""
    import onnx

    graph = onnx.load(str(source / GRAPH_FILES["onnx"][0]))
    _quantize_dynamic(source, target, ["MatMul", "Gather"], _narrowing(graph))


def _narrowing(model: ModelProto) -> list[str]:
    """Names of the products whose weight has more rows than columns."""
    shapes = {weight.name: tuple(weight.dims) for weight in model.graph.initializer}
    products = [node for node in model.graph.node if node.op_type in ("MatMul", "Gemm")]
    weighted = [(node.name, shapes[node.input[1]]) for node in products if node.input[1] in shapes]
    return [name for name, (rows, columns) in weighted if rows > columns]


def _blockwise(source: Path, target: Path) -> None:
    """Stores weights by blocks and multiplies them with activations that are quantized by blocks as well."""
    name = GRAPH_FILES["onnx"][0]
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
        quantizer = MatMulNBitsQuantizer(onnx.load(str(target / name)), algo_config=config)
        quantizer.process()
        quantizer.model.save_model_to_file(str(target / name), False)


def _quantize_dynamic(source: Path, target: Path, kinds: list[str], left_out: list[str]) -> None:
    """Stores weights as int8, a scale per column; activations get one scale per batch when it runs."""
    name = GRAPH_FILES["onnx"][0]
    with quiet_tools():
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantize_dynamic(
            str(source / name),
            str(target / name),
            op_types_to_quantize=kinds,
            nodes_to_exclude=left_out,
            per_channel=True,
            weight_type=QuantType.QInt8,
            reduce_range=not multiplies_bytes(),  # of 8 bits, sums would saturate there
        )
