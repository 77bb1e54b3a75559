"""One competitor, alone in this process: reads a specification from standard input, prints its timings as JSON.

Imports nothing but the standard library, so that it costs every competitor the same, and starts in an environment
without codequest. The specification is what `codequest.bench.process` writes.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

Encode = Callable[[list[str]], Any]
"""Embeds texts: what every loader returns."""


def measure(spec: dict[str, Any]) -> dict[str, Any]:
    """Load the competitor and time it; nanoseconds and bytes."""
    encode: Encode = _loader(spec["loader"])(spec["source"], **spec["options"])
    single, batch = spec["single"], spec["batch"]
    encode([*single, *batch][:1])
    measured: dict[str, Any] = {"cold_start_ns": time.monotonic_ns() - spec["started_ns"]}
    effort = {"passes": spec["passes"], "seconds": spec["seconds"]}
    for name, inputs in (("single", [[query] for query in single]), ("batch", [batch] if batch else [])):
        timings = _timed(encode, inputs, **effort)
        measured[name] = {"ns": timings, "peak_bytes": _peak_bytes()}
    if spec["vectors"]:
        import numpy as np

        np.save(spec["vectors"], np.asarray(encode(spec["texts"]), dtype=np.float32))
    measured["versions"] = _versions(spec["libraries"])
    return measured


def _loader(where: str) -> Callable[..., Encode]:
    """The object of ``"module:name"``; `codequest.lazy` cannot be imported where there is no codequest."""
    module, _, name = where.partition(":")
    found: Callable[..., Encode] = getattr(importlib.import_module(module), name)
    return found


def _timed(encode: Encode, inputs: Sequence[list[str]], *, passes: int, seconds: float) -> list[int]:
    """Nanoseconds of every call, over at least so many passes and so many seconds, after a pass to warm up."""
    timings: list[int] = []
    for texts in inputs:
        encode(texts)
    begun, done = time.perf_counter(), 0
    while inputs and (done < passes or time.perf_counter() - begun < seconds):
        for texts in inputs:
            start = time.perf_counter_ns()
            encode(texts)
            timings.append(time.perf_counter_ns() - start)
        done += 1
    return timings


def _versions(libraries: Sequence[str]) -> dict[str, str]:
    """Versions of those libraries that this process has loaded: one that runs without torch has none here."""
    versions = {}
    for library in libraries:
        if library in sys.modules:
            try:
                versions[library] = version(library)
            except PackageNotFoundError:  # loaded from a checkout
                versions[library] = "unknown"
    return versions


def _peak_bytes() -> int | None:
    """Most memory this process ever held; None where the system does not say.

    Linux says it in /proc: what getrusage gives there begins with the peak of the parent process.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    """Measure what standard input says; everything that libraries print goes to standard error."""
    spec = json.load(sys.stdin)
    sys.path[0] = spec["folder"]
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: spec["threads"]])
    json.dump(measure(spec), answer)
    answer.close()


if __name__ == "__main__":
    main()
