"""Graphs from token ids to unit vectors, run by ONNX Runtime or OpenVINO: no torch where they are only run."""

from codequest.runtimes.parity import PARITY_QUERIES, Parity, check_parity, measure_parity
from codequest.runtimes.readers import TextReader, TokenReader
from codequest.runtimes.session import (
    GraphSession,
    Merit,
    batches_at_once,
    check_choices,
    graph_digests,
    open_session,
    refuse_tampered,
    run_split,
    sharing_cpu,
)
from codequest.runtimes.table import RUNTIMES, GraphPrecision, Runtime, RuntimeRow

__all__ = [
    "PARITY_QUERIES",
    "RUNTIMES",
    "GraphPrecision",
    "GraphSession",
    "Merit",
    "Parity",
    "Runtime",
    "RuntimeRow",
    "TextReader",
    "TokenReader",
    "batches_at_once",
    "check_choices",
    "check_parity",
    "graph_digests",
    "measure_parity",
    "open_session",
    "refuse_tampered",
    "run_split",
    "sharing_cpu",
]
