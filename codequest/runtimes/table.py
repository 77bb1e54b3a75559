"""One row per runtime: what folders, exports, caches and benchmarks need to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from codequest.lazy import load

if TYPE_CHECKING:
    from codequest.runtimes.session import GraphSession

Runtime = Literal["onnx", "openvino"]
"""Name of what runs a graph: ONNX Runtime or OpenVINO."""

ReducedPrecision = Literal["bf16", "int8"]
"""Number format of a graph that is smaller or faster than in fp32."""

GraphPrecision = Literal["fp32", ReducedPrecision]
"""Number format that the matrices of a graph are multiplied in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeRow:
    """One runtime.

    Attributes:
        name: Its name in options, folders and tables.
        package: The distribution that runs graphs; another version of it makes other graphs.
        files: Files of a graph in a folder; the first one is opened.
        precisions: Those that it can run, on a CPU that has them.
        where: ``"module:Class"`` of its `GraphSession`, in a module that holds everything else particular to it.
    """

    name: Runtime
    package: str
    files: tuple[str, ...]
    precisions: tuple[GraphPrecision, ...]
    where: str

    def load(self) -> type[GraphSession]:
        """The class that runs, writes and reduces its graphs; imports nothing of the runtime itself."""
        found: type[GraphSession] = load(self.where)
        return found


RUNTIMES: Mapping[str, RuntimeRow] = {
    row.name: row
    for row in (
        RuntimeRow(
            name="onnx",
            package="onnxruntime",
            files=("model.onnx",),
            precisions=("fp32", "int8"),
            where="codequest.runtimes.onnx_session:OnnxSession",
        ),
        RuntimeRow(
            name="openvino",
            package="openvino",
            files=("openvino_model.xml", "openvino_model.bin"),
            precisions=("fp32", "bf16", "int8"),
            where="codequest.runtimes.openvino_session:OpenVINOSession",
        ),
    )
}
"""Every runtime by its name."""
