"""List of the files of a folder that can be indexed."""

from __future__ import annotations

import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from codequest.code.git import git_files
from codequest.code.globs import git_globs
from codequest.code.inside import LINK, ROOT, Entry, Inside
from codequest.code.unwanted import BUILT_FOLDERS, INDEX_FOLDER, MAX_BYTES, VENDORED_FOLDERS
from codequest.errors import InvalidInputError, UnsafePathError

OTHER_REPOSITORY, VENDORED = "other git repository", "vendored, built or hidden folder"

_UNSEEN = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")  # as macOS ignores them in names
_SHORT_NAME = re.compile(r"git~\d+")

_Rules = list[tuple[str, Any]]


def list_files(root: Path, skipped: Counter[str]) -> list[str]:
    """Paths of the files that git tracks or would track, or that no .gitignore leaves out; sorted.

    Symbolic links are not followed: what they point to is indexed where it is, if at all. Paths that lead out of the
    folder, as a git index may hold them, are left out.

    Args:
        root: The folder.
        skipped: Counts what is left out, by reason; a folder counts once.

    Raises:
        MissingDependencyError: The folder is outside git, has a .gitignore, and ``pathspec`` is not installed.
    """
    listed = git_files(root)
    with Inside(root) as inside:
        found = set(_walked(inside, skipped) if listed is None else _tracked(inside, listed, skipped))
    return sorted(path for path in found if _is_unicode(path, skipped))


def _tracked(inside: Inside, listed: Iterable[Path], skipped: Counter[str]) -> Iterator[str]:
    left_out = set()
    for name in listed:
        if any(_is_internal(part) for part in name.parts):
            continue
        vendored = next((depth for depth, part in enumerate(name.parts[:-1]) if part in VENDORED_FOLDERS), None)
        if vendored is not None:
            left_out.add(name.parts[: vendored + 1])
            continue
        path = name.as_posix()
        try:
            mode = inside.status(path).st_mode
        except UnsafePathError as error:
            skipped[str(error)] += 1
            continue
        except OSError:
            mode = 0  # gone, as the scan will find
        if stat.S_ISLNK(mode):
            skipped[LINK] += 1
        elif stat.S_ISDIR(mode):  # a submodule, or a repository inside this one
            skipped[OTHER_REPOSITORY] += 1
        else:
            yield path
    skipped[VENDORED] += len(left_out)


def _is_internal(name: str) -> bool:
    """Tell whether a name is that of git's folder or of the index, as any file system may write it."""
    plain = _UNSEEN.sub("", name).split(":")[0].rstrip(" .").lower()
    return plain in (".git", INDEX_FOLDER) or bool(_SHORT_NAME.fullmatch(plain))


def _walked(inside: Inside, skipped: Counter[str]) -> Iterator[str]:
    """Files outside git, with the rules of every .gitignore on the way."""
    pending: list[tuple[str, _Rules]] = [(ROOT, [])]
    while pending:
        folder, inherited = pending.pop()
        rules = [*_ignore_rules(inside, folder), *inherited]
        for entry in _entries(inside, folder, skipped):
            path = f"{folder}{entry.name}"
            if entry.name == INDEX_FOLDER or _is_ignored(path, rules, folder=entry.is_folder):
                continue
            if entry.is_link:
                skipped[LINK] += 1
            elif not entry.is_folder:
                yield path
            elif entry.name in VENDORED_FOLDERS | BUILT_FOLDERS or entry.name.startswith("."):
                skipped[VENDORED] += 1
            else:
                pending.append((f"{path}/", rules))


def _entries(inside: Inside, folder: str, skipped: Counter[str]) -> list[Entry]:
    """What is in a folder; nothing where it has just become a link, is gone, or may not be read."""
    try:
        return inside.entries(folder.removesuffix("/"))
    except UnsafePathError as error:
        skipped[str(error)] += 1
    except OSError:
        skipped["unreadable folder"] += 1
    return []


def _ignore_rules(inside: Inside, folder: str) -> _Rules:
    try:
        _, content = inside.read(f"{folder}.gitignore", most=MAX_BYTES)
    except OSError:
        return []
    lines = content.decode("utf-8", errors="replace").splitlines()
    return [(folder, git_globs(filter(_is_understood, lines)))]


def _is_understood(line: str) -> bool:
    """Tell whether git, and so what comes after a line, goes on with it: a line that is no glob ignores nothing."""
    try:
        git_globs([line])
    except InvalidInputError:
        return False
    return True


def _is_ignored(path: str, rules: _Rules, *, folder: bool) -> bool:
    """Tell whether the innermost rules that speak of a path leave it out."""
    for base, spec in rules:
        name = path.removeprefix(base) + ("/" if folder else "")
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
