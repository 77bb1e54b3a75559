import subprocess
import sys
from pathlib import Path

import pytest


def test_imports_flow_one_way() -> None:
    pytest.importorskip("importlinter")
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=Path(__file__).parents[1],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "1 kept, 0 broken" in result.stdout, result.stdout + result.stderr
