"""Thirty kills at random moments of each work that writes: the next run ends where an unkilled one does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = 30


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL and fork")
@pytest.mark.parametrize("work", ["cache", "distill", "embed", "export", "index", "save", "tiers"])
def test_killed_at_any_moment_the_next_run_ends_where_an_unkilled_one_does(
    work: str, tiny_base: Path, tiny_teacher: Path, tmp_path: Path
) -> None:
    given = [work, tiny_base, tiny_teacher, tmp_path, KILLS, 19]
    process = subprocess.run(
        [sys.executable, "-m", "tests.kills.campaign", *map(str, given)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=2900,
    )
    assert process.returncode == 0, process.stderr
    found = json.loads(process.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert found["reached"] >= KILLS // 3  # the others had ended before
