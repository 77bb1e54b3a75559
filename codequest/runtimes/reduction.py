"""The way from the graph that torch gave to the one that is run: fused, or in a lower precision."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from codequest.runtimes.table import RUNTIMES, GraphPrecision, Runtime


@dataclass(frozen=True, slots=True)
class Reduction:
    """One way to the graph that is run.

    Attributes:
        name: Its name for people.
        write: Reads the graph of the first folder and writes the reduced one into the second.
        batch_invariant: True when a text's vector is the same, beyond rounding, whatever else is in its batch.
    """

    name: str
    write: Callable[[Path, Path], None]
    batch_invariant: bool = True


def reductions(runtime: Runtime, precision: GraphPrecision, *, written: GraphPrecision) -> list[Reduction]:
    """The ways to a precision, the fastest first and the most faithful last.

    Args:
        runtime: What runs the graph.
        precision: What is wanted.
        written: What the graph is in already.

    Raises:
        MissingDependencyError: A package that reduces graphs is not installed.
    """
    ways = RUNTIMES[runtime].load().reductions(precision, written=written)
    kept = [Reduction(precision, partial(_copy, runtime=runtime))] if precision == written else []
    return [*ways, *kept]


def _copy(source: Path, target: Path, *, runtime: Runtime) -> None:
    for name in RUNTIMES[runtime].files:
        shutil.copyfile(source / name, target / name)
