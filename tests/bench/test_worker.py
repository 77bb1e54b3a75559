"""One competitor in this process, timed with a loader of these tests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from codequest.bench import worker
from codequest.bench.worker import measure

CALLS: list[list[str]] = []


def lengths(source: str, *, factor: int) -> Callable[[list[str]], np.ndarray]:
    assert source == "folder"

    def encode(texts: list[str]) -> np.ndarray:
        CALLS.append(texts)
        return np.array([[factor * len(text)] for text in texts])

    return encode


def test_every_pass_is_timed_after_one_to_warm_up(tmp_path: Path) -> None:
    CALLS.clear()
    spec = {
        "loader": f"{__name__}:lengths",
        "source": "folder",
        "options": {"factor": 2},
        "single": ["a", "bb"],
        "batch": ["ccc", "dddd"],
        "started_ns": 0,
        "passes": 3,
        "seconds": 0,
        "libraries": ["torch_geometric", "numpy"],
        "vectors": str(tmp_path / "vectors.npy"),
        "texts": ["a", "bb", "ccc"],
    }
    measured = measure(spec)
    assert [len(measured[name]["ns"]) for name in ("single", "batch")] == [3 * 2, 3]
    assert min(measured["single"]["ns"]) > 0
    assert [["a"], *[["a"], ["bb"]] * 4, *[["ccc", "dddd"]] * 4, ["a", "bb", "ccc"]] == CALLS
    assert np.load(tmp_path / "vectors.npy").tolist() == [[2], [4], [6]]
    assert measured["versions"] == {"numpy": np.__version__}, "of those that are loaded"


def test_an_environment_without_codequest_is_enough(tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_text("def lengths(source):\n    return lambda texts: [len(text) for text in texts]\n")
    spec = {
        "loader": "alone:lengths", "source": "", "options": {}, "folder": str(tmp_path), "threads": 1, "texts": [],
        "single": ["a", "bb"], "batch": [], "started_ns": 0, "passes": 2, "seconds": 0, "vectors": None,
        "libraries": ["numpy"],
    }  # fmt: skip
    bare = [sys.executable, "-I", "-S", str(worker.__file__)]  # nothing but the standard library
    answer = subprocess.run(bare, input=json.dumps(spec), capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 0, answer.stderr
    measured = json.loads(answer.stdout)
    assert len(measured["single"]["ns"]) == 2 * 2
    assert measured["versions"] == {}
