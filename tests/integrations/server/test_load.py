"""A few seconds of examples/benchmarks/serve_load.py, against a real server on the loopback address."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("uvicorn")

SCRIPT = Path(__file__).parents[3] / "examples" / "benchmarks" / "serve_load.py"


@pytest.mark.slow
def test_good_clients_get_their_vectors_whatever_hostile_ones_do(lora_folder: Path) -> None:
    command = [sys.executable, str(SCRIPT), str(lora_folder), "--clients", "16", "--minutes", "0.15"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    found = re.match(r"([\d,]+) good requests: 0 errors, 0 wrong vectors, ", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert int(found[1].replace(",", "")) > 50
    assert "hostile: " in done.stdout
    assert not re.search(r"hostile: \w+ 500", done.stdout)
