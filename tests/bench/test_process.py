"""Workers really started, each in its process."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.bench.competitors import Competitor
from codequest.bench.process import Effort, run_alone
from codequest.bench.workload import Workload
from codequest.errors import BenchmarkError
from codequest.machine import available_cpus

WORKLOAD = Workload(("one query", "another query"), ("one query", "another query", "a third"), 3)
THREADS = min(2, available_cpus())  # all there are, on a small machine: pinned tests would wait for each other
QUICK = Effort(threads=THREADS, passes=2, seconds=0)
HERE = str(Path(__file__).parent)


def competitor(loader: str = "fakes:lengths", **values: Any) -> Competitor:
    return Competitor(**{"name": "fake", "loader": loader, "source": "abc", "folder": HERE, **values})


def test_a_worker_measures_and_gives_the_vectors_of_its_own_process(tmp_path: Path) -> None:
    file = tmp_path / "vectors.npy"
    found = run_alone(
        competitor("fakes:lengths", options={"scale": 2.0}), WORKLOAD, QUICK, texts=["four"], vectors=file
    )
    np.testing.assert_array_equal(np.load(file), [[8, 3, THREADS]])
    assert set(found.figures) == {
        "cold start ms", "single p50 ms", "single p95 ms", "single texts/s", "single peak MB", "batch p50 ms",
        "batch p95 ms", "batch texts/s", "batch peak MB",
    }  # fmt: skip
    assert 0 < found.figures["single p50 ms"] <= found.figures["single p95 ms"] < found.figures["cold start ms"]
    assert 1 < found.figures["single peak MB"] <= found.figures["batch peak MB"]
    assert set(found.versions) == {"numpy"}  # for the vectors; nothing of codequest loads torch


def test_modules_in_the_working_directory_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("numpy", "codequest", "transformers"):
        (tmp_path / f"{name}.py").write_text("open('imported', 'w')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    run_alone(competitor("tests.bench.fakes:lengths", folder=None), WORKLOAD, QUICK, vectors=tmp_path / "vectors.npy")
    assert not (tmp_path / "imported").exists()


def test_figures_are_those_of_the_timings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that answers without measuring: 4 queries of 1 to 4 ms, 2 batches of 3 texts in 10 ms each."""
    answer = (
        'import sys; sys.stdout.write(\'{"cold_start_ns": 5e8, "versions": {}, '
        '"single": {"ns": [1e6, 2e6, 3e6, 4e6], "peak_bytes": 2000000}, '
        '"batch": {"ns": [10000000, 10000000], "peak_bytes": null}}\')'
    )
    monkeypatch.setattr("codequest.bench.process.worker_command", lambda competitor: [sys.executable, "-c", answer])
    figures = run_alone(competitor("fakes:lengths"), WORKLOAD, QUICK).figures
    assert figures == pytest.approx(
        {
            "cold start ms": 500, "single p50 ms": 2.5, "single p95 ms": 3.85, "single texts/s": 400,
            "single peak MB": 2, "batch p50 ms": 10, "batch p95 ms": 10, "batch texts/s": 300,
        }
    )  # fmt: skip


def test_what_is_not_asked_for_has_no_figures() -> None:
    found = run_alone(competitor("fakes:lengths"), Workload((), ("a document",), 1), QUICK)
    assert not [figure for figure in found.figures if figure.startswith("single")]
    assert found.figures["batch texts/s"] > 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"loader": "fakes:dies"}, r"fake died in its process, exit code 1\. .*RuntimeError: no weights in abc$"),
        ({"loader": "fakes:killed"}, r"fake died in its process, exit code 7\. The end of its log:\n\(empty\)"),
        ({"loader": "no_such_module:load"}, "No module named 'no_such_module'"),
        ({"loader": "fakes:lengths", "options": {"unknown": 1}}, "unexpected keyword argument 'unknown'"),
        ({"python": "/no/such/python"}, "fake could not be started with /no/such/python: No such file"),
    ],
)
def test_a_worker_that_dies_is_an_error_that_ends_with_its_log(values: dict[str, Any], message: str) -> None:
    with pytest.raises(BenchmarkError, match=re.compile(message, re.DOTALL)):
        run_alone(competitor(**values), WORKLOAD, QUICK)


def test_an_answer_that_is_no_json_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", "import sys; print('ready'); sys.stderr.write('a warning')"]
    monkeypatch.setattr("codequest.bench.process.worker_command", lambda competitor: command)
    with pytest.raises(BenchmarkError, match=r"fake answered no JSON\. The end of its log:\na warning"):
        run_alone(competitor("fakes:lengths"), WORKLOAD, QUICK)
