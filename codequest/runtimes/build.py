"""Writes a torch module as one graph; the only part of the runtimes that needs torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch.export import Dim

from codequest.errors import ModelFormatError
from codequest.runtimes.quiet import quiet_tools
from codequest.runtimes.table import RUNTIMES, Runtime

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.export import ExportedProgram

MOST_PARAMETERS = 1_000_000_000  # making a graph takes about twelve bytes of memory for each


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
    session = RUNTIMES[runtime].load()
    session.refuse_unwritable(module)
    with quiet_tools():
        session.write(_traced(module, example), folder)


def refuse_heavy(module: nn.Module) -> None:
    """Refuse to make a graph that nobody asked for of a model whose graph may not fit into memory.

    Raises:
        ModelFormatError: More than a billion parameters.
    """
    parameters = sum(weight.numel() for weight in module.parameters())
    if parameters > MOST_PARAMETERS:
        raise ModelFormatError(
            f"With {parameters / 1e9:.1f} billion parameters it is not made into a graph, for want of memory."
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
