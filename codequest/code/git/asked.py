"""Answers of git about a folder: read only, about nothing else, and without the programs that settings may name."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path

from codequest.code.git.repository import Repository
from codequest.code.git.run import run_git
from codequest.code.slow_rules import RULES, endless_rules, find_slow_rules
from codequest.errors import CodequestWarning, GitError
from codequest.texts import visible, visible_line

_OFF = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.askPass=",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.alternateRefsCommand=false",
    "credential.helper=",
    "diff.orderFile=/dev/null",
    "gpg.program=false",
    "log.mailmap=false",
    "log.showSignature=false",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
)
"""What a repository's settings may name: programs, and files anywhere. None is needed to list files and commits."""

_LONGEST_ERROR = 1000  # characters; what made git stop is the last it says


def git_files(folder: Path) -> list[str] | None:
    """Files that git tracks or would track in a folder, relative to it; None outside a repository, or without git.

    A repository inside is one name. None also for a folder that git ignores, and, with a warning, for one that git
    refuses to read.
    """
    try:
        if _is_below_top(folder) and is_ignored(folder):
            return None
        listed = _said(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except GitError as error:
        warnings.warn(
            f"{error} Its files are listed without git: hidden and built folders are left out, submodules are not.",
            CodequestWarning,
            stacklevel=2,
        )
        return None
    return None if listed is None else _names(listed)


def git_ignored(folder: Path, names: Collection[str]) -> set[str]:
    """Those of the names in a folder, relative to it, that git ignores.

    Raises:
        GitError: git refuses to say so.
    """
    asked = b"".join(os.fsencode(name) + b"\0" for name in names)
    said = _said(folder, "check-ignore", "-z", "--stdin", fails=1, told=asked) if names else None
    return set(_names(said or b""))


def listing_rules(folder: Path) -> list[str]:
    """Files outside of a folder that decide which files git lists in it, there or not; none outside a repository."""
    repository = Repository.around(folder)
    if repository is None:
        return []
    return [
        *(str(place / RULES) for place in _above(folder, repository)),
        *map(str, repository.listing_files()),
        _excludes_file(),
    ]


def outer_rules(folder: Path) -> list[tuple[Path, Path]]:
    """Files of ignore rules that hold in a folder and lie elsewhere, and the folder that the globs of each start from.

    Those that decide first are in front. The user's own come last; links are resolved there, and lead nowhere else.
    """
    repository = Repository.around(folder)
    if repository is None:
        return []
    top = repository.top
    excludes = [place for place in repository.listing_files()[1:] if os.path.realpath(place) == str(place)]
    own = [(place, top) for place in excludes if place.is_relative_to(top) or not repository.oddity()]
    above = [(place / RULES, place) for place in _above(folder, repository)]
    return [*above, *own, (Path(os.path.realpath(_excludes_file())), top)]


def _above(folder: Path, repository: Repository) -> list[Path]:
    """Folders between a folder and the work tree's, and that one; the nearest first."""
    return [place for place in Path(os.path.realpath(folder)).parents if place.is_relative_to(repository.top)]


def is_ignored(folder: Path) -> bool:
    """Tell whether a folder is in a git repository whose ignore rules leave it out.

    Raises:
        GitError: git refuses to say so.
    """
    return _said(folder, "check-ignore", "-q", ".", fails=1) is not None


def commits(folder: Path, *, most: int) -> Iterator[tuple[str, str, str]]:
    """Abbreviated hash, author and subject of the commits that touched a folder, newest first.

    Nothing outside a repository, for a folder that git ignores, and, with a warning, where git refuses.
    """
    try:
        if is_ignored(folder) or _said(folder, "rev-parse", "--quiet", "--verify", "HEAD", fails=1) is None:
            return
        chosen = ("--no-merges", f"--max-count={most}", "--no-patch", "--no-ext-diff", "--no-textconv")
        log = _said(folder, "log", *chosen, "--format=%h%x00%an%x00%s", "--", ".")
    except GitError as error:
        warnings.warn(f"{error} Its commits are not read.", CodequestWarning, stacklevel=2)
        return
    for line in (log or b"").decode(errors="replace").split("\n"):
        if line.count("\0") >= 2:
            commit, author, subject = line.split("\0", 2)
            yield commit, author, subject


def _names(said: bytes) -> list[str]:
    """Names that end with NUL, each once; folders without a slash at their end."""
    return [os.fsdecode(name.rstrip(b"/")) for name in dict.fromkeys(said.split(b"\0")) if name]


def _is_below_top(folder: Path) -> bool:
    repository = Repository.around(folder)
    return repository is not None and repository.top != Path(os.path.realpath(folder))


def last_changes(folder: Path, *, most: int) -> dict[str, int]:
    """When files of a folder were last committed, in seconds since 1970, by path; those of the newest commits only.

    Nothing outside a repository, without commits, for a folder that git ignores, and where git refuses.
    """
    try:
        if is_ignored(folder) or _said(folder, "rev-parse", "--quiet", "--verify", "HEAD", fails=1) is None:
            return {}
        chosen = ("--no-merges", f"--max-count={most}", "--no-ext-diff", "--no-textconv", "--no-renames", "--relative")
        log = _said(folder, "log", *chosen, "--name-only", "-z", "--format=%x01%ct", "--", ".")
    except GitError:
        return {}
    changed: dict[str, int] = {}
    committed = 0
    for part in (log or b"").split(b"\0"):
        if part.startswith(b"\1") and part[1:].isdigit():
            committed = int(part[1:])
        elif name := os.fsdecode(part.removeprefix(b"\n")):
            changed.setdefault(name, committed)
    return changed


def _said(folder: Path, *arguments: str, fails: int | None = None, told: bytes = b"") -> bytes | None:
    """Output of a git command that is told something; None without git, outside a repository, and where it says no.

    The only place that runs git about a folder.
    """
    repository = Repository.around(folder)
    executable = _executable()
    if repository is None or executable is None:
        return None
    oddity = repository.oddity() or endless_rules(folder, repository.top)
    if oddity:
        raise GitError(f"git is not asked about {folder}: {visible_line(oddity)}.")
    settings = [*_OFF, f"core.excludesFile={_excludes_file()}"]
    command = [
        *(executable, "--no-optional-locks", "--no-pager"),
        *("-C", os.path.realpath(folder), f"--work-tree={repository.top}"),
        *(option for setting in settings for option in ("-c", setting)),
        *arguments,
    ]

    def held_by() -> str:
        return find_slow_rules(folder, repository.top, repository.listing_files()[1:])

    try:
        result = run_git(command, ceiling=repository.top.parent, told=told, held_by=held_by)
    except subprocess.TimeoutExpired as error:
        raise GitError(
            f"git did not answer about {folder} within {error.timeout:g} s. Is one of its files no file, such as a "
            "pipe?"
        ) from error
    if result.returncode == 0:
        return result.stdout
    if result.returncode == fails:
        return None
    said = visible(" ".join(result.stderr.decode(errors="replace").split())[-_LONGEST_ERROR:])
    raise GitError(f'git refuses to read {folder}. It said: "{said}" (exit code {result.returncode}).')


def _excludes_file() -> str:
    """The user's own file of ignore rules; a repository's settings could name any other file."""
    executable, here = _executable(), os.path.abspath(os.sep)
    command = [str(executable), "-C", here, "config", "--path", "--get", "core.excludesFile"]
    named = os.fsdecode(run_git(command, ceiling=Path(here)).stdout.strip()) if executable else ""
    return named or str(Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "git" / "ignore")


def _executable() -> str | None:
    """Git of an absolute place: a name that is looked up from the working directory may be the repository's."""
    places = [place for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(place).is_absolute()]
    found = shutil.which("git", path=os.pathsep.join(places))
    return found if found and Path(found).is_absolute() else None
