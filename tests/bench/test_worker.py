"""One competitor in this process, timed with a loader of these tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

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
        "vectors": str(tmp_path / "vectors.npy"),
        "texts": ["a", "bb", "ccc"],
    }
    measured = measure(spec)
    assert [len(measured[name]["ns"]) for name in ("single", "batch")] == [3 * 2, 3]
    assert min(measured["single"]["ns"]) > 0
    assert [["a"], *[["a"], ["bb"]] * 4, *[["ccc", "dddd"]] * 4, ["a", "bb", "ccc"]] == CALLS
    assert np.load(tmp_path / "vectors.npy").tolist() == [[2], [4], [6]]
    assert measured["versions"]["numpy"] == np.__version__
