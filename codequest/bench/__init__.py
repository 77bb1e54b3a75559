"""Speed of encoders next to their teacher and their peers: each alone in its process, in alternating rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

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

__getattr__ = lazy_names(__name__, _HOMES)  # `codequest --help` imports neither numpy nor torch
