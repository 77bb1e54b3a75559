"""The executable: exit codes, one line for an error, and what it does not import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def codequest(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "codequest", *arguments], capture_output=True, text=True, cwd=cwd)


def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "config.json").write_text("{", encoding="utf-8")
    result = codequest("info", str(tmp_path / "adapter"))
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert "holds no JSON" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_unknown_options_exit_with_2_too() -> None:
    assert codequest("info", "--no-such-option").returncode == 2


def test_help_names_every_command_and_imports_no_torch() -> None:
    program = (
        "import sys\nfrom codequest.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(str('torch' in sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True)
    for command in ("demo", "distill", "evaluate", "encode", "info", "teachers"):
        assert command in result.stdout
    assert result.stderr == "False"


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    """An empty typer module in front of the real one stands for an environment without it."""
    program = "import sys\nsys.modules['typer'] = None\nfrom codequest.cli import main\nmain()"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 2
    assert "pip install 'codequest[cli]'" in result.stderr
