"""OpenVINOSession: a graph in OpenVINO."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import local
from typing import Any, ClassVar

from codequest.errors import AdapterFormatError, PrecisionNotSupportedError
from codequest.machine import multiplies_bytes, threads
from codequest.runtimes.quiet import import_openvino
from codequest.runtimes.session import GRAPH_FILES, GraphPrecision, GraphSession, Runtime, Tokens
from codequest.space import Vectors

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
        path = folder / GRAPH_FILES["openvino"][0]
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads(),
            "INFERENCE_PRECISION_HINT": _HINTS[precision],
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": _GROUP if precision == "int8" and multiplies_bytes() else 0,
        }
        try:
            self._compiled = _core().compile_model(str(path), "CPU", settings)
        except RuntimeError as error:
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
        vectors: Vectors = request.infer([input_ids, attention_mask], share_inputs=True)[0].copy()
        return vectors


def _core() -> Any:
    return import_openvino().Core()
