"""Rounds with workers that are really started, and with those whose figures are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.bench import process, rounds
from codequest.bench.competitors import Competitor
from codequest.bench.process import Effort, ProcessFigures
from codequest.bench.rounds import Rounds
from codequest.bench.workload import Workload
from codequest.errors import BenchmarkError, InvalidInputError
from codequest.machine import available_cpus

WORKLOAD = Workload(("query",), ("query", "a longer query"), 2)
THREADS = min(2, available_cpus())  # all there are, on a small machine: pinned tests would wait for each other
QUICK = Effort(threads=THREADS, passes=1, seconds=0)
HERE = str(Path(__file__).parent)


def competitor(name: str, loader: str = "lengths", **values: Any) -> Competitor:
    return Competitor(**{"name": name, "loader": f"fakes:{loader}", "source": "abc", "folder": HERE, **values})


def test_everyone_runs_once_a_round_and_the_first_ones_vectors_are_kept() -> None:
    encoder = competitor("encoder", options={"scale": 2.0}, reference="teacher", disk_bytes=3_000_000)
    done: list[tuple[str, int, int]] = []
    measured = Rounds([competitor("teacher"), encoder], WORKLOAD, rounds=2, effort=QUICK, texts=["abcd"])
    result = measured.run(progress=lambda *arguments: done.append(arguments))
    assert done == [("measuring", number, 4) for number in range(1, 5)]
    assert [len(row.rounds) for row in result.rows] == [2, 2]
    np.testing.assert_array_equal(measured.vectors["teacher"], [[4, 3, THREADS], [5, 3, THREADS], [14, 3, THREADS]])
    expected = [
        np.dot((2 * n, 3, THREADS), (n, 3, THREADS))
        / np.linalg.norm((2 * n, 3, THREADS))
        / np.linalg.norm((n, 3, THREADS))
        for n in (4, 5, 14)
    ]
    assert result.row("encoder").cosine == pytest.approx(float(np.mean(expected)), abs=1e-6)
    assert result.row("teacher").cosine is None
    assert [figures["disk MB"] for figures in result.row("encoder").rounds] == [3, 3]
    assert result.texts == 2
    assert result.threads == THREADS


def test_who_goes_first_rotates(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    def run_alone(competitor: Competitor, *_: Any, vectors: Path | None = None, **__: Any) -> ProcessFigures:
        started.append(competitor.name)
        if vectors:
            np.save(vectors, np.ones((1, 2)))
        return ProcessFigures({"single p50 ms": 1.0}, {})

    monkeypatch.setattr(rounds, "run_alone", run_alone)
    Rounds([competitor(name) for name in ("teacher", "a", "b")], WORKLOAD, rounds=3, effort=QUICK).run()
    assert started == ["teacher", "a", "b", "a", "b", "teacher", "b", "teacher", "a"]


def test_an_optional_one_that_dies_is_named_with_its_reason() -> None:
    competitors = [competitor("teacher"), competitor("peer", "dies", optional=True)]
    result = Rounds(competitors, WORKLOAD, rounds=2, effort=QUICK, not_run={"other": "no wheel"}).run()
    assert [row.name for row in result.rows] == ["teacher"]
    assert result.not_run == {"other": "no wheel", "peer": "RuntimeError: no weights in abc"}


@pytest.mark.parametrize("optional", [False, True])
def test_others_and_the_baseline_must_run(optional: bool) -> None:
    dying = competitor("teacher" if optional else "encoder", "dies", optional=optional)
    competitors = [dying] if optional else [competitor("teacher"), dying]
    with pytest.raises(BenchmarkError, match=f"{dying.name} died in its process"):
        Rounds(competitors, WORKLOAD, rounds=1, effort=QUICK).run()


def refused(**values: Any) -> Callable[[], Rounds]:
    arguments: Mapping[str, Any] = {
        "competitors": [competitor("teacher")], "workload": WORKLOAD, "rounds": 1, "effort": QUICK, **values
    }  # fmt: skip
    return lambda: Rounds(arguments["competitors"], **{k: v for k, v in arguments.items() if k != "competitors"})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (refused(rounds=0), "at least 1 round, got 0"),
        (refused(effort=Effort(threads=0)), f"Expected 1 to {available_cpus()} threads, as there are CPUs; got 0"),
        (refused(effort=Effort(threads=9999)), "got 9999"),
        (refused(baseline="mpnet"), "There is no baseline 'mpnet' among teacher"),
        (refused(competitors=[competitor("teacher")] * 2), "teacher occurs twice"),
    ],
)
def test_what_cannot_be_measured_is_refused(make: Callable[[], Rounds], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        make()


def test_vectors_of_another_dim_are_no_reference() -> None:
    with pytest.raises(BenchmarkError, match=r"shape \(1, 3\) cannot be those of shape \(1, 2\)"):
        rounds.mean_cosine(np.ones((1, 3), np.float32), np.ones((1, 2), np.float32))


def test_workers_get_the_threads_of_everyone() -> None:
    """The variable is what numpy, torch and both runtimes read."""
    assert process.Effort().threads == 2
    measured = Rounds([competitor("teacher")], WORKLOAD, rounds=1, effort=QUICK)
    measured.run()
    assert measured.vectors["teacher"][:, 2].tolist() == [THREADS, THREADS]
