"""The application: its commands, its version, what it loads for each."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

import codequest
from codequest.cli.app import COMMANDS, build_app
from tests.cli import commands

LOADED = """
import sys
from codequest.cli import main
try:
    main()
except SystemExit:
    pass
names = {name.removeprefix("codequest.cli.") for name in sys.modules if name.startswith("codequest.cli.")}
sys.stderr.write(" ".join(sorted(names & set(%r))))
"""


def test_every_command_is_there() -> None:
    assert sorted(COMMANDS) == sorted(commands.COMMANDS)
    for command in COMMANDS:
        result = CliRunner().invoke(build_app(), [command, "--help"])
        assert result.exit_code == 0, result.output
        assert result.stdout.startswith(f"Usage: codequest {command} ")


def test_help_lists_what_each_command_does_in_full() -> None:
    printed = " ".join(CliRunner().invoke(build_app(), ["--help"]).stdout.split())
    assert (
        "evaluate Measure how much of the teacher's retrieval quality encoders keep, and the cost of a query."
        in printed
    )
    assert "..." not in printed.split("Commands:")[1]


def test_no_command_is_an_error_of_usage() -> None:
    result = CliRunner().invoke(build_app(), ["serach"])
    assert result.exit_code == 2
    assert "No such command 'serach'" in result.output


def test_version() -> None:
    assert CliRunner().invoke(build_app(), ["--version"]).stdout == f"codequest {codequest.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "loaded"), [(["--version"], ""), (["teachers"], "teachers"), (["info", "--help"], "info")]
)
def test_only_the_command_that_is_asked_for_is_loaded(arguments: list[str], loaded: str) -> None:
    command = [sys.executable, "-c", LOADED % (COMMANDS,), *arguments]
    assert subprocess.run(command, capture_output=True, text=True, timeout=120).stderr == loaded


def test_a_shell_completes_commands_and_their_options(monkeypatch: pytest.MonkeyPatch) -> None:
    def completed(line: str) -> list[str]:
        variables = {"_CODEQUEST_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": line}
        return CliRunner().invoke(build_app(), [], prog_name="codequest", env=variables).stdout.splitlines()

    assert "search" in "".join(completed("codequest sea"))
    assert "--limit" in "".join(completed("codequest search --lim"))
    assert "Install completion" in CliRunner().invoke(build_app(), ["--help"]).stdout
