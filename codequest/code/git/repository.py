"""The git repository around a folder, and whether git may be asked about it.

An archive or a shared disk can bring a ``.git`` that somebody else wrote. What it names in its settings is switched off
by `codequest.code.git.asked`; here is refused what git would follow out of the repository, whatever its settings are:
links, objects and settings of other repositories, a ``.git`` that is somebody else's.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_READ = ("HEAD", "index", "config", "config.worktree", "packed-refs", "shallow", "info", "refs", "reftable", "objects")
"""What git reads of a repository to list files and commits; hooks, for one, are often links, and never run."""

_INCLUDES = re.compile(rb"\[\s*include", re.IGNORECASE)
_WORK_TREE = re.compile(r"^[ \t]*worktree[ \t]*=(.*)$", re.IGNORECASE | re.MULTILINE)
_MOST_BYTES = 1_000_000  # of a small file: settings, or a path
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree with its repository.

    Attributes:
        top: Folder that has the ``.git``, without links.
    """

    top: Path

    @classmethod
    def around(cls, folder: Path) -> Repository | None:
        """The repository that git would find for a folder; None where there is none, or none with files."""
        real = Path(os.path.realpath(folder))
        for top in (real, *real.parents):
            dot_git = top / ".git"
            if dot_git.is_symlink() or dot_git.is_file() or _is_git_folder(dot_git):
                return cls(top)
            if _is_git_folder(top):  # a bare one, or the inside of a .git: nothing is checked out there
                return None
        return None

    def oddity(self) -> str:
        """What leads out of this repository; empty where nothing does.

        The folder must not change until git has read it: nothing can hold git to what was looked at here. What the
        settings may name is off in any case.
        """
        try:
            git_folder, common = self._folders()
            return next(_oddities(self.top, git_folder, common), "")
        except (OSError, ValueError) as error:
            return f"its .git cannot be read ({getattr(error, 'strerror', None) or error})"

    def listing_files(self) -> list[Path]:
        """Files of the repository that decide which files are listed; none where it cannot be read."""
        try:
            git_folder, common = self._folders()
        except (OSError, ValueError):
            return []
        return [git_folder / "index", common / "info" / "exclude"]

    def _folders(self) -> tuple[Path, Path]:
        """The folder of the repository, and the one that it shares with other work trees."""
        dot_git = self.top / ".git"
        git_folder = dot_git
        if dot_git.is_file() and not dot_git.is_symlink():
            said = _small_text(dot_git)
            if not said.startswith("gitdir:"):
                raise ValueError("no gitdir")
            git_folder = Path(os.path.realpath(self.top / said.removeprefix("gitdir:").strip()))
        pointer = git_folder / "commondir"
        common = git_folder
        if os.path.lexists(pointer):
            common = Path(os.path.realpath(git_folder / _small_text(pointer).strip()))
        return git_folder, common


def _oddities(top: Path, git_folder: Path, common: Path) -> Iterator[str]:
    if (top / ".git").is_symlink():
        yield "its .git is a symbolic link"
    inside = git_folder.is_relative_to(top)
    if inside and common != git_folder:
        yield f"it takes its history from {common}"
    elif not inside and not (_knows_work_tree(common, git_folder, top) or _knows_submodule(git_folder, common, top)):
        yield f"its .git leads to {git_folder}, which is of another folder"
    for folder in {git_folder: None, common: None}:
        shared = [path.name for path in folder.glob("sharedindex.*")]
        for name in (*_READ, *shared):
            yield from _strange(folder / name, common)
        for settings in (folder / "config", folder / "config.worktree"):
            if os.path.lexists(settings) and _INCLUDES.search(_small_bytes(settings)):
                yield f"{settings} includes other files"
    alternates = common / "objects" / "info" / "alternates"
    if os.path.lexists(alternates) and _small_bytes(alternates).strip():
        yield f"{alternates} takes objects from elsewhere (git repack -a -d copies them; then remove that file)"


def _knows_work_tree(common: Path, git_folder: Path, top: Path) -> bool:
    """Tell whether a repository elsewhere has this folder as one of its work trees: both must say so."""
    back = git_folder / "gitdir"
    if git_folder.parent != common / "worktrees" or not back.is_file():
        return False
    return os.path.realpath(git_folder / _small_text(back).strip()) == os.path.realpath(top / ".git")


def _knows_submodule(git_folder: Path, common: Path, top: Path) -> bool:
    """Tell whether a repository elsewhere is that of this submodule."""
    settings = git_folder / "config"
    if common != git_folder or "modules" not in git_folder.parent.parts or not settings.is_file():
        return False
    named = _WORK_TREE.findall(_small_text(settings))
    return bool(named) and os.path.realpath(git_folder / named[-1].strip().strip('"')) == str(top)


def _strange(path: Path, common: Path) -> Iterator[str]:
    """What of a file or folder leads elsewhere, or would never end to be read."""
    pending = [path] if os.path.lexists(path) else []
    while pending:
        place = pending.pop()
        mode = place.lstat().st_mode
        if stat.S_ISDIR(mode):
            with os.scandir(place) as entries:
                pending += [Path(entry.path) for entry in entries if not entry.is_file(follow_symlinks=False)]
        elif stat.S_ISLNK(mode):
            target = Path(os.path.realpath(place))
            if not target.is_relative_to(common) or target.is_dir():
                yield f"{place} is a symbolic link to somewhere else"
        elif not stat.S_ISREG(mode):
            yield f"{place} is no regular file"


def _is_git_folder(folder: Path) -> bool:
    return os.path.lexists(folder / "HEAD") and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def _small_text(path: Path) -> str:
    return os.fsdecode(_small_bytes(path))


def _small_bytes(path: Path) -> bytes:
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError(f"{path.name} is no regular file")
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"{path.name} is larger than {_MOST_BYTES // 1_000_000} MB")
    return content
