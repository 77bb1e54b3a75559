"""Runs one competitor in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from codequest.bench import worker
from codequest.bench.competitors import Competitor
from codequest.bench.workload import Workload
from codequest.errors import BenchmarkError
from codequest.runtimes import RUNTIMES

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
_LIBRARIES = (
    "torch", "transformers", "sentence_transformers", "optimum", *(row.package for row in RUNTIMES.values()), "nncf",
    "bitsandbytes", "peft", "fastembed", "model2vec", "pynife", "tokenizers", "numpy",
)  # fmt: skip
_PACKAGES = str(Path(worker.__file__).parents[2])  # where codequest is, not where a stranger's modules may be
_PATIENCE_SECONDS = 3600
_TAIL_LINES = 5
_LOG_LINE = 300  # characters


class ProcessFigures(NamedTuple):
    """Figures of one process.

    Attributes:
        figures: Figures by name: those of `codequest.bench.result.FIGURES` that it measures.
        versions: Versions of the libraries that it had loaded, by name.
    """

    figures: dict[str, float]
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Effort of one process: how long it measures.

    Attributes:
        threads: Threads of every competitor, and CPUs it may run on.
        passes: Least number of times that every input is timed.
        seconds: Least number of seconds that inputs are timed, for one query at a time and for batches alike.
    """

    threads: int = 2
    passes: int = 3
    seconds: float = 1.0


def run_alone(
    competitor: Competitor,
    workload: Workload,
    effort: Effort,
    *,
    texts: Sequence[str] = (),
    vectors: Path | None = None,
) -> ProcessFigures:
    """Start a process, load the competitor in it and time it.

    Args:
        competitor: Who.
        workload: What it embeds.
        effort: For how long, on how many threads.
        texts: What it embeds once more, without being timed.
        vectors: Where the vectors of these texts go, .npy.

    Raises:
        BenchmarkError: The process died, answered nothing, or took more than an hour; with the end of its log.
    """
    spec = {
        "loader": competitor.loader,
        "source": competitor.source,
        "options": dict(competitor.options),
        "folder": competitor.folder or _PACKAGES,
        "single": workload.single,
        "batch": workload.batch,
        "threads": effort.threads,
        "passes": effort.passes,
        "seconds": effort.seconds,
        "libraries": _LIBRARIES,
        "texts": list(texts),
        "vectors": str(vectors) if vectors else None,
    }
    answer = _answer(competitor, spec, effort.threads)
    return ProcessFigures(_figures(answer, workload), answer["versions"])


def worker_command(competitor: Competitor) -> list[str]:
    """The worker by its file: the environment of a competitor may have no codequest."""
    return [competitor.python or sys.executable, str(worker.__file__)]


def _answer(competitor: Competitor, spec: dict[str, Any], threads: int) -> dict[str, Any]:
    command = worker_command(competitor)
    environment = {**os.environ, **dict.fromkeys(_THREAD_VARIABLES, str(threads)), "CUDA_VISIBLE_DEVICES": ""}
    spec["started_ns"] = time.monotonic_ns()
    try:
        process = subprocess.run(
            command,
            input=json.dumps(spec),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
        if process.returncode == 0:
            answer: dict[str, Any] = json.loads(process.stdout)
            return answer
    except subprocess.TimeoutExpired as error:
        raise BenchmarkError(f"{competitor.name} was stopped after {_PATIENCE_SECONDS} s in its process.") from error
    except OSError as error:
        raise BenchmarkError(f"{competitor.name} could not be started with {command[0]}: {error.strerror}.") from error
    except json.JSONDecodeError as error:
        raise BenchmarkError(f"{competitor.name} answered no JSON. The end of its log:\n{_tail(process)}") from error
    raise BenchmarkError(
        f"{competitor.name} died in its process, exit code {process.returncode}. The end of its log:\n{_tail(process)}"
    )


def _tail(process: subprocess.CompletedProcess[str]) -> str:
    lines = [line[:_LOG_LINE] for line in process.stderr.splitlines() if line.strip()]
    return "\n".join(lines[-_TAIL_LINES:]) or "(empty)"


def _figures(measured: dict[str, Any], workload: Workload) -> dict[str, float]:
    """The figures of one process from its timings."""
    figures = {"cold start ms": measured["cold_start_ns"] / 1e6}
    for name, texts in (("single", 1), ("batch", len(workload.batch))):
        timings, peak = measured[name]["ns"], measured[name]["peak_bytes"]
        if timings:
            p50, p95 = np.percentile(timings, [50, 95]) / 1e6
            figures |= {f"{name} p50 ms": float(p50), f"{name} p95 ms": float(p95)}
            figures[f"{name} texts/s"] = 1e9 * texts * len(timings) / sum(timings)
        if timings and peak is not None:
            figures[f"{name} peak MB"] = peak / 1e6
    return figures
