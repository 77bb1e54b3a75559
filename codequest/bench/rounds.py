"""Whole processes in alternating rounds, so that a machine that drifts slows all competitors."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from codequest.bench.competitors import TEACHER, Competitor
from codequest.bench.process import Effort, run_alone
from codequest.bench.result import BenchResult, BenchRow
from codequest.bench.workload import Workload
from codequest.errors import BenchmarkError, InvalidInputError
from codequest.files import scratch_folder
from codequest.machine import available_cpus, cpu_name
from codequest.progress import Progress, silent
from codequest.space import Vectors
from codequest.texts import counted


class Rounds:
    """A benchmark: in every round each competitor runs once, alone in its process; the first one rotates.

    Args:
        competitors: Who takes part.
        workload: What they embed.
        rounds: How often.
        effort: How long each process measures, on how many threads.
        baseline: Name of the competitor that ratios are to.
        not_run: Why others cannot take part, by name.
        texts: Texts that each competitor embeds too, in the first round, without being timed.

    Attributes:
        vectors: Vectors by name, filled by `run`: the vectors of `texts`, then those of the workload's batch, (n, dim).

    Raises:
        InvalidInputError: No round, no such baseline, a name twice, or more threads than CPUs.
    """

    def __init__(
        self,
        competitors: Sequence[Competitor],
        workload: Workload,
        *,
        rounds: int = 5,
        effort: Effort | None = None,
        baseline: str = TEACHER,
        not_run: Mapping[str, str] | None = None,
        texts: Sequence[str] = (),
    ) -> None:
        self._competitors = tuple(competitors)
        self._workload = workload
        self._rounds = rounds
        self._effort = effort or Effort()
        self._baseline = baseline
        self._failed = dict(not_run or {})
        self._texts = (*texts, *workload.batch)
        self._versions: dict[str, Mapping[str, str]] = {}
        self.vectors: dict[str, Vectors] = {}
        check_rounds(rounds, self._effort)
        _check_names([competitor.name for competitor in competitors], baseline)

    def run(self, *, progress: Progress = silent) -> BenchResult:
        """Measure all competitors.

        Args:
            progress: Called after every process.

        Raises:
            BenchmarkError: The baseline, or a competitor that is not optional, died; its log ends the message.
        """
        machine = _describe_machine()
        figures: dict[str, list[Mapping[str, float]]] = {competitor.name: [] for competitor in self._competitors}
        with scratch_folder() as scratch:
            for done, (number, competitor) in enumerate(self._turns(), start=1):
                try:
                    if competitor.name not in self._failed:
                        figures[competitor.name].append(self._measured(competitor, number == 0, scratch))
                except BenchmarkError as error:
                    if not competitor.optional or competitor.name == self._baseline:
                        raise
                    self._failed[competitor.name] = str(error).splitlines()[-1]
                progress("measuring", done, self._rounds * len(self._competitors))
        left = [competitor for competitor in self._competitors if competitor.name not in self._failed]
        return BenchResult(
            rows=tuple(self._row(competitor, tuple(figures[competitor.name])) for competitor in left),
            baseline=self._baseline,
            not_run=self._failed,
            threads=self._effort.threads,
            texts=self._workload.distinct,
            machine=machine,
        )

    def _turns(self) -> Iterator[tuple[int, Competitor]]:
        for number in range(self._rounds):
            first = number % len(self._competitors)
            for competitor in (*self._competitors[first:], *self._competitors[:first]):
                yield number, competitor

    def _measured(self, competitor: Competitor, keep_vectors: bool, scratch: Path) -> Mapping[str, float]:
        file = scratch / "vectors.npy" if keep_vectors else None
        found = run_alone(competitor, self._workload, self._effort, texts=self._texts if file else (), vectors=file)
        self._versions[competitor.name] = found.versions
        if file is not None:
            self.vectors[competitor.name] = np.load(file)
        disk = {} if competitor.disk_bytes is None else {"disk MB": competitor.disk_bytes / 1e6}
        return {**found.figures, **disk}

    def _row(self, competitor: Competitor, figures: tuple[Mapping[str, float], ...]) -> BenchRow:
        own, expected = self.vectors[competitor.name], self.vectors.get(competitor.reference or "")
        cosine = None if expected is None else mean_cosine(own, expected)
        return BenchRow(
            name=competitor.name,
            rounds=figures,
            versions=self._versions[competitor.name],
            reference=competitor.reference,
            bare_of=competitor.bare_of,
            cosine=cosine,
        )


def check_rounds(rounds: int, effort: Effort) -> None:
    """Refuse, before anything takes time, what cannot be measured; errors as of `Rounds`."""
    if rounds < 1:
        raise InvalidInputError(f"A benchmark needs at least 1 round, got {rounds}.")
    if not 1 <= effort.threads <= available_cpus():
        raise InvalidInputError(
            f"Expected 1 to {counted(available_cpus(), 'thread')}, as there are CPUs; got {effort.threads}."
        )


def mean_cosine(vectors: Vectors, expected: Vectors) -> float:
    """Mean cosine of two sets of vectors of the same texts, (n, dim) each, -1 to 1.

    Raises:
        BenchmarkError: They are not of the same shape.
    """
    from codequest.space import normalized

    if vectors.shape != expected.shape:
        raise BenchmarkError(f"Vectors of shape {vectors.shape} cannot be those of shape {expected.shape}.")
    return float((normalized(vectors) * normalized(expected)).sum(axis=1).mean())


def _check_names(names: Sequence[str], baseline: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInputError(f"Every competitor needs a name of its own; {', '.join(twice)} occurs twice.")
    if baseline not in names:
        raise InvalidInputError(f"There is no baseline {baseline!r} among {', '.join(names)}.")


def _describe_machine() -> dict[str, str]:
    machine = {
        "cpu": cpu_name(),
        "CPUs": str(available_cpus()),
        "system": platform.system(),
        "python": platform.python_version(),
    }
    if hasattr(os, "getloadavg"):
        machine["load before"] = f"{os.getloadavg()[0]:.1f}"
    return machine
