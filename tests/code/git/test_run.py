"""Bounds of a git process; another program stands in for a git that does as it likes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from codequest.code.git import run as git_process
from codequest.code.git.run import run_git
from codequest.errors import GitError


def run(code: str, told: bytes = b"", held_by: str = "") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", f"import os, sys, time\n{code}"]
    return run_git(command, ceiling=Path("/"), told=told, held_by=lambda: held_by)


def test_what_it_is_told_and_what_it_answers_may_be_longer_than_a_pipe() -> None:
    told = b"a" * 3_000_000
    ended = run("sys.stdout.write(sys.stdin.read().upper()); sys.stderr.write('said'); sys.exit(3)", told)
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, told.upper(), b"said")


def test_it_need_not_read_what_it_is_told() -> None:
    assert run("os.close(0); print(1)", b"a" * 3_000_000).stdout == b"1\n"


def test_an_answer_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_process, "MOST_BYTES", 5 << 20)
    with pytest.raises(GitError, match="its answer is longer than 5 MiB"):
        run("while True: sys.stdout.write('a' * 1_000_000)")


def test_errors_without_end_are_passed_over() -> None:
    ended = run("sys.stderr.write('a' * 100_000_000); print(1)")
    assert ended.stdout == b"1\n"
    assert len(ended.stderr) < 2 << 20


def test_what_holds_it_is_asked_for_before_it_is_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_process, "PATIENCE", 0.2)
    monkeypatch.setattr(git_process, "MOST_SECONDS", 0.4)
    with pytest.raises(GitError, match=r"git is not waited for: a pipe<U\+000A>holds it\."):
        run("time.sleep(60)", held_by="a pipe\nholds it")
    with pytest.raises(subprocess.TimeoutExpired, match=r"timed out after 0\.4 seconds"):
        run("time.sleep(60)")


def test_the_callers_variables_for_git_do_not_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "mine")
    said = run("print([os.environ.get(n) for n in ('GIT_DIR', 'GIT_CONFIG_GLOBAL', 'GIT_ALLOW_PROTOCOL')])").stdout
    assert said == b"[None, 'mine', '']\n"
