"""OnnxSession: a graph in ONNX Runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from codequest.errors import AdapterFormatError, PrecisionNotSupportedError, require
from codequest.machine import threads
from codequest.runtimes.session import GRAPH_FILES, GraphPrecision, GraphSession, Runtime, Tokens, shares_cpu
from codequest.space import Vectors


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
        path = folder / GRAPH_FILES["onnx"][0]
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
        feeds = {"input_ids": input_ids, "attention_mask": attention_mask}
        vectors: Vectors = self._session.run(None, feeds)[0]
        return vectors


def _onnxruntime() -> Any:
    return require("onnxruntime", extra="onnx")
