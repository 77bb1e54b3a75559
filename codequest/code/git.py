"""Answers of git about a folder; read only, and without the programs that a repository's settings may name."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def git_files(folder: Path) -> list[Path] | None:
    """Files that git tracks or would track in a folder, relative to it; None outside a repository, or without git.

    None also for a folder that git ignores.
    """
    if is_ignored(folder):
        return None
    listed = _output(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is None:
        return None
    return [Path(os.fsdecode(name)) for name in dict.fromkeys(listed.split(b"\0")) if name]


def is_ignored(folder: Path) -> bool:
    """Tell whether a folder is in a git repository whose ignore rules leave it out."""
    return git(folder, "check-ignore", "-q", ".") is not None


def git(folder: Path, *arguments: str) -> str | None:
    """Output of a git command; None when it fails or git is not installed."""
    printed = _output(folder, *arguments)
    return None if printed is None else printed.decode(errors="replace")


def _output(folder: Path, *arguments: str) -> bytes | None:
    executable = shutil.which("git")
    if executable is None:
        return None
    # A repository's own settings may name programs to run: none is needed to list files and commits.
    settings = ("core.quotepath=off", "core.fsmonitor=false", "log.showSignature=false")
    options = [option for setting in settings for option in ("-c", setting)]
    command = [executable, "--no-optional-locks", "-C", str(folder), *options, *arguments]
    result = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return result.stdout if result.returncode == 0 else None
