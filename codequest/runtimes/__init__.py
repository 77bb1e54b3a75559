"""Graphs from token ids to unit vectors, run by ONNX Runtime or OpenVINO: no torch where they are only run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.runtimes.parity import PARITY_QUERIES as PARITY_QUERIES
    from codequest.runtimes.parity import Parity as Parity
    from codequest.runtimes.parity import check_parity as check_parity
    from codequest.runtimes.parity import measure_parity as measure_parity
    from codequest.runtimes.readers import TextReader as TextReader
    from codequest.runtimes.readers import TokenReader as TokenReader
    from codequest.runtimes.session import GraphSession as GraphSession
    from codequest.runtimes.session import Merit as Merit
    from codequest.runtimes.session import batch_per_core as batch_per_core
    from codequest.runtimes.session import batches_at_once as batches_at_once
    from codequest.runtimes.session import check_choices as check_choices
    from codequest.runtimes.session import graph_digests as graph_digests
    from codequest.runtimes.session import open_session as open_session
    from codequest.runtimes.session import refuse_tampered as refuse_tampered
    from codequest.runtimes.session import run_split as run_split
    from codequest.runtimes.session import sharing_cpu as sharing_cpu
    from codequest.runtimes.table import RUNTIMES as RUNTIMES
    from codequest.runtimes.table import GraphPrecision as GraphPrecision
    from codequest.runtimes.table import Runtime as Runtime
    from codequest.runtimes.table import RuntimeRow as RuntimeRow

_HOMES = {
    "GraphPrecision": "codequest.runtimes.table",
    "GraphSession": "codequest.runtimes.session",
    "Merit": "codequest.runtimes.session",
    "PARITY_QUERIES": "codequest.runtimes.parity",
    "Parity": "codequest.runtimes.parity",
    "RUNTIMES": "codequest.runtimes.table",
    "Runtime": "codequest.runtimes.table",
    "RuntimeRow": "codequest.runtimes.table",
    "TextReader": "codequest.runtimes.readers",
    "TokenReader": "codequest.runtimes.readers",
    "batch_per_core": "codequest.runtimes.session",
    "batches_at_once": "codequest.runtimes.session",
    "check_choices": "codequest.runtimes.session",
    "check_parity": "codequest.runtimes.parity",
    "graph_digests": "codequest.runtimes.session",
    "measure_parity": "codequest.runtimes.parity",
    "open_session": "codequest.runtimes.session",
    "refuse_tampered": "codequest.runtimes.session",
    "run_split": "codequest.runtimes.session",
    "sharing_cpu": "codequest.runtimes.session",
}

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
    "batch_per_core",
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

__getattr__ = lazy_names(__name__, _HOMES)  # the table of runtimes needs no numpy
