"""List of the files of a folder that can be indexed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from codequest.code.git import git_files
from codequest.code.globs import git_globs
from codequest.code.unwanted import BUILT_FOLDERS, INDEX_FOLDER, VENDORED_FOLDERS
from codequest.errors import InvalidInputError

LINK, OTHER_REPOSITORY, VENDORED = "symbolic link", "other git repository", "vendored, built or hidden folder"


def list_files(root: Path, skipped: Counter[str]) -> list[str]:
    """Paths of the files that git tracks or would track, or that no .gitignore leaves out; sorted.

    Symbolic links are not followed: what they point to is indexed where it is, if at all.

    Args:
        root: The folder.
        skipped: Counts what is left out, by reason; a folder counts once.

    Raises:
        MissingDependencyError: The folder is outside git, has a .gitignore, and ``pathspec`` is not installed.
    """
    listed = git_files(root)
    found = _walked(root, skipped) if listed is None else _tracked(root, listed, skipped)
    return sorted(path for path in found if _is_unicode(path, skipped))


def _tracked(root: Path, listed: list[Path], skipped: Counter[str]) -> Iterator[str]:
    left_out = set()
    for name in listed:
        file = root / name
        if INDEX_FOLDER in name.parts:
            continue
        vendored = next((depth for depth, part in enumerate(name.parts[:-1]) if part in VENDORED_FOLDERS), None)
        if vendored is not None:
            left_out.add(name.parts[: vendored + 1])
        elif file.is_symlink():
            skipped[LINK] += 1
        elif file.is_dir():  # a submodule, or a repository inside this one
            skipped[OTHER_REPOSITORY] += 1
        else:
            yield name.as_posix()
    skipped[VENDORED] += len(left_out)


def _walked(root: Path, skipped: Counter[str]) -> Iterator[str]:
    """Files outside git, with the rules of every .gitignore on the way."""
    left_out = VENDORED_FOLDERS | BUILT_FOLDERS
    rules: dict[Path, list[tuple[Path, Any]]] = {root: _ignore_rules(root)}
    for parent, folders, names in os.walk(root):
        here = Path(parent)
        inherited = rules.pop(here)
        kept = []
        for name in folders:
            folder = here / name
            if name == INDEX_FOLDER or _is_ignored(folder, inherited, folder=True):
                continue
            if folder.is_symlink():
                skipped[LINK] += 1
            elif name in left_out or name.startswith("."):
                skipped[VENDORED] += 1
            else:
                kept.append(name)
                rules[folder] = [*_ignore_rules(folder), *inherited]
        folders[:] = kept
        for name in names:
            file = here / name
            if _is_ignored(file, inherited, folder=False):
                continue
            if file.is_symlink():
                skipped[LINK] += 1
            else:
                yield file.relative_to(root).as_posix()


def _ignore_rules(folder: Path) -> list[tuple[Path, Any]]:
    try:
        lines = (folder / ".gitignore").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [(folder, git_globs(filter(_is_understood, lines)))]


def _is_understood(line: str) -> bool:
    """Tell whether git, and so what comes after a line, goes on with it: a line that is no glob ignores nothing."""
    try:
        git_globs([line])
    except InvalidInputError:
        return False
    return True


def _is_ignored(path: Path, rules: list[tuple[Path, Any]], *, folder: bool) -> bool:
    """Tell whether the innermost rules that speak of a path leave it out."""
    for base, spec in rules:
        name = path.relative_to(base).as_posix() + ("/" if folder else "")
        decided = spec.check_file(name).include
        if decided is not None:
            return bool(decided)
    return False


def _is_unicode(path: str, skipped: Counter[str]) -> bool:
    try:
        PurePosixPath(path).as_posix().encode()
    except UnicodeEncodeError:
        skipped["name that is not UTF-8"] += 1
        return False
    return True
