"""Speed of encoders next to their teacher and their peers: each alone in its process, in alternating rounds."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codequest.bench.benchmark import bench as bench
    from codequest.bench.competitors import Competitor as Competitor
    from codequest.bench.result import BenchResult as BenchResult
    from codequest.bench.rounds import Rounds as Rounds
    from codequest.bench.workload import Workload as Workload

_HOMES = {
    "BenchResult": "codequest.bench.result",
    "Competitor": "codequest.bench.competitors",
    "Rounds": "codequest.bench.rounds",
    "Workload": "codequest.bench.workload",
    "bench": "codequest.bench.benchmark",
}

__all__ = ["BenchResult", "Competitor", "Rounds", "Workload", "bench"]


def __getattr__(name: str) -> Any:
    """Import a name when it is first used (PEP 562): `codequest --help` imports neither numpy nor torch."""
    try:
        return getattr(importlib.import_module(_HOMES[name]), name)
    except KeyError:
        raise AttributeError(f"module 'codequest.bench' has no attribute {name!r}") from None
