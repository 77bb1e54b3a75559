"""The executable: exit codes, one line for an error, and what it does not import."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codequest import QueryEncoder
from tests.cli.commands import COMMANDS


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


def test_an_error_that_quotes_what_is_hostile_is_harmless(tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b[2J\u202e"
    folder.mkdir()
    result = codequest("search", "x", "--path", str(folder))
    assert result.returncode == 2
    assert "a<U+001B>[2J<U+202E>" in result.stderr
    assert "\x1b" not in result.stderr


def test_unknown_options_exit_with_2_too() -> None:
    assert codequest("info", "--no-such-option").returncode == 2


def test_help_names_every_command_and_imports_no_torch() -> None:
    program = (
        "import sys\nfrom codequest.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(str('torch' in sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True)
    shown = re.findall(r"^  ([a-z]+)  +\S", result.stdout, re.MULTILINE)
    assert sorted(shown) == sorted(COMMANDS)
    assert result.stderr == "False"


def test_encoding_with_a_table_imports_neither_torch_nor_transformers() -> None:
    program = (
        "import sys\nfrom codequest.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(str({'torch', 'transformers'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, "encode", "static", "sort a list"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert len(json.loads(result.stdout)) == 768
    assert result.stderr == "set()"


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    """An empty typer module in front of the real one stands for an environment without it."""
    program = "import sys\nsys.modules['typer'] = None\nfrom codequest.cli import main\nmain()"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 2
    assert re.search(r"pip install 'codequest(-light)?\[cli\]'", result.stderr)


@pytest.mark.skipif(os.name == "nt", reason="SIGINT")
@pytest.mark.slow
def test_ctrl_c_says_how_to_go_on_and_the_same_command_then_finishes(
    tmp_path: Path, tiny_base: Path, tiny_teacher: Path
) -> None:
    queries, out, checkpoints = tmp_path / "queries.txt", tmp_path / "adapter", tmp_path / "checkpoints"
    queries.write_text("\n".join(f"sort list {number} by value" for number in range(48)), encoding="utf-8")
    command = [
        *(sys.executable, "-m", "codequest", "distill", str(queries), "--out", str(out), "--checkpoints"),
        *(str(checkpoints), "--teacher", str(tiny_teacher), "--base", str(tiny_base), "--kind", "projection"),
        *("--epochs", "600", "--batch-size", "16"),
    ]
    environment = {**os.environ, "CODEQUEST_CACHE": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as first:
        patience = time.monotonic() + 300  # on a machine that does much else
        while first.poll() is None and time.monotonic() < patience and not list(checkpoints.glob("checkpoint-*")):
            time.sleep(0.01)
        first.send_signal(signal.SIGINT)
        _, errors = first.communicate(timeout=120)
    assert first.returncode == 130, errors
    assert "Stopped. What was computed is kept: run the same command again to continue." in errors
    assert "Traceback" not in errors
    assert not out.exists()
    stopped = sorted(path.name for path in checkpoints.glob("checkpoint-*"))
    assert stopped
    second = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert second.returncode == 0, second.stderr
    assert QueryEncoder.from_pretrained(out).training["stages"][0]["steps"] == 1763  # 47 of 48 queries, 600 times
