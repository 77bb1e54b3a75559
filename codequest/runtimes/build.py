"""Writes a torch module as one graph; the only part of the runtimes that needs torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch.export import Dim

from codequest.errors import InvalidInputError, ModelFormatError, require
from codequest.runtimes.quiet import import_openvino, quiet_tools
from codequest.runtimes.session import GRAPH_FILES, Runtime

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.export import ExportedProgram

_MOST_PARAMETERS = 1_000_000_000  # making a graph takes about twelve bytes of memory for each
_MOST_ONNX_BYTES = 2 * 10**9  # what one protobuf file can hold


def write_graph(module: nn.Module, example: Mapping[str, Tensor], folder: Path, *, runtime: Runtime) -> None:
    """Write a module as a graph in fp32, with any number of texts and tokens.

    Args:
        module: Maps ``input_ids`` and ``attention_mask``, each (batch, tokens), to unit vectors, (batch, dim); on the
            CPU, in fp32, in evaluation mode.
        example: Such inputs, of at least two texts and two tokens.
        folder: Where the graph's files go.
        runtime: What is to run it.

    Raises:
        MissingDependencyError: A package that writes graphs is not installed.
        ModelFormatError: torch cannot follow the module.
        InvalidInputError: Too large for one ONNX file.
    """
    if runtime == "openvino":
        import_openvino()
    for package in ("onnx", "onnxscript") if runtime == "onnx" else ():
        require(package, extra="onnx")
    _refuse_large(module, runtime)
    path = folder / GRAPH_FILES[runtime][0]
    with quiet_tools():
        program = _traced(module, example)
        if runtime == "onnx":
            _write_onnx(program, path)
        else:
            _write_openvino(program, path)


def refuse_heavy(module: nn.Module) -> None:
    """Refuse to make a graph that nobody asked for of a model whose graph may not fit into memory.

    Raises:
        ModelFormatError: More than a billion parameters.
    """
    parameters = sum(weight.numel() for weight in module.parameters())
    if parameters > _MOST_PARAMETERS:
        raise ModelFormatError(
            f"With {parameters / 1e9:.1f} billion parameters it is not made into a graph, for want of memory."
        )


def _refuse_large(module: nn.Module, runtime: Runtime) -> None:
    size = sum(weight.nbytes for weight in (*module.parameters(), *module.buffers()))
    if runtime == "onnx" and size > _MOST_ONNX_BYTES:
        raise InvalidInputError(
            f"The graph would have {size / 1e9:.1f} GB of weights; one ONNX file holds 2. Choose runtime='openvino'."
        )


def _traced(module: nn.Module, example: Mapping[str, Tensor]) -> ExportedProgram:
    free = {0: Dim.AUTO, 1: Dim.AUTO}
    inputs = (example["input_ids"], example["attention_mask"])
    try:
        with torch.no_grad():
            return torch.export.export(
                module, inputs, dynamic_shapes={"input_ids": free, "attention_mask": free}, strict=False
            )
    except Exception as error:  # its exceptions share no base but this one
        reason = str(error).strip().splitlines()[0]
        raise ModelFormatError(f"torch.export cannot follow {type(module).__name__}: {reason}") from error


def _write_onnx(program: ExportedProgram, path: Path) -> None:
    torch.onnx.export(
        program,
        f=str(path),
        dynamo=True,
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        external_data=False,
        verbose=False,
    )


def _write_openvino(program: ExportedProgram, path: Path) -> None:
    openvino = import_openvino()
    try:
        graph = openvino.convert_model(program)
    except Exception as error:  # its exceptions share no base but this one
        failed = str(error).partition(" with a message")[0].strip().splitlines()[-1].lstrip("- ")
        raise ModelFormatError(
            f"OpenVINO cannot convert this model: it fails at {failed}. Choose runtime='onnx'."
        ) from error
    for port, name in zip((*graph.inputs, *graph.outputs), ("input_ids", "attention_mask", "vectors"), strict=True):
        port.get_tensor().set_names({name})
    openvino.save_model(graph, str(path), compress_to_fp16=False)
