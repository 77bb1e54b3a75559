"""List of the files of a folder that can be indexed."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from codequest.code.git import git_files, git_ignored, listing_rules, outer_rules
from codequest.code.ignore_rules import IgnoreRules
from codequest.code.inside import LINK, OUTSIDE, ROOT, Entry, Inside
from codequest.code.own_rules import ATTRIBUTES_FILE, IGNORE_FILE, OwnRules
from codequest.code.slow_rules import RULES
from codequest.code.unwanted import BUILT_FOLDERS, INDEX_FOLDER, MAX_BYTES, VENDORED_FOLDERS
from codequest.errors import GitError, UnsafePathError

OTHER_REPOSITORY, VENDORED = "other git repository", "vendored, built or hidden folder"
OWN_RULES = f"left out by {IGNORE_FILE} or {ATTRIBUTES_FILE}"

_UNSEEN = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")  # as macOS ignores them in names
_SHORT_NAME = re.compile(r"git~\d+")

_HERE = "."
_LONGEST_PATH = 4096  # characters; systems and git read no longer ones
_MOST_LEVELS = 65  # of folders below the last one with a file that git lists: git is asked about each level
_MOST_BYTES = 4096  # of a .git that is a file


@dataclass(slots=True)
class Listing:
    """Files of a folder that can be indexed, and what decides which ones these are.

    Attributes:
        files: Their paths, relative to the folder, with forward slashes; sorted.
        left_out: Folders, with a slash at the end, and files that are left out for their names or by the repository's
            own rules.
        watched: Folders that were read, and files of rules, relative to the folder or absolute, there or not. As long
            as their status is what it was, the files are these.
    """

    files: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    watched: list[str] = field(default_factory=list)


def list_files(root: Path, skipped: Counter[str]) -> Listing:
    """The files that git tracks or would track, or that no .gitignore leaves out.

    Symbolic links are not followed: what they point to is indexed where it is, if at all. Paths that lead out of the
    folder, as a git index may hold them, are left out, and so are other repositories and work trees inside.

    Args:
        root: The folder.
        skipped: Counts what is left out, by reason; a folder counts once.

    Raises:
        MissingDependencyError: The folder is outside git, has a .gitignore, and ``pathspec`` is not installed.
        InvalidInputError: The folder is outside git, and has too many rules for its files.
    """
    listed = git_files(root)
    with Inside(root) as inside:
        own = OwnRules(*(_text(inside, name) for name in (ATTRIBUTES_FILE, IGNORE_FILE)))
        found = _walked(inside, root, own, skipped) if listed is None else _tracked(inside, root, listed, own, skipped)
    left_out = {
        path
        for path in found.files
        if own.leave_out(path, _is_passed if listed is not None else _is_passed_without_git)
    }
    skipped[OWN_RULES] += len(left_out)
    found.left_out += sorted(left_out)
    found.files = sorted({path for path in found.files if path not in left_out and _is_unicode(path, skipped)})
    watched = (path for path in (*found.watched, *listing_rules(root)) if _is_unicode(path, Counter()))
    found.watched = list(dict.fromkeys(watched))
    return found


def _tracked(inside: Inside, root: Path, listed: Iterable[str], own: OwnRules, skipped: Counter[str]) -> Listing:
    """The files that git has listed, and the folders where it would find others."""
    found = Listing()
    wanted = _by_folder(listed, own, skipped, found.left_out)
    known, pending = set(wanted), sorted(wanted)
    for _ in range(_MOST_LEVELS):
        inner: list[str] = []
        for folder in pending:
            names = wanted.get(folder, [])
            entries = _named(inside, folder, names, skipped)
            found.files += [f"{folder}{name}" for name in names if _is_source(entries.get(name), skipped)]
            found.watched += [folder.removesuffix("/") or _HERE, *_rules_in(folder, entries)]
            for entry in entries.values():
                if entry.is_folder and entry.name in names:  # another repository, until it is none any more
                    found.watched.append(f"{folder}{entry.name}")
                elif entry.is_folder and not _is_closed(f"{folder}{entry.name}", own, _is_passed):
                    inner.append(f"{folder}{entry.name}/")
        inner = [folder for folder in inner if folder not in known]
        ignored = _ignored(root, inner)
        pending = [folder for folder in inner if folder not in ignored]
        known.update(pending)
    return found


def _by_folder(
    listed: Iterable[str], own: OwnRules, skipped: Counter[str], passed_over: list[str]
) -> dict[str, list[str]]:
    """Names of the listed files by their folder; folders around these have an entry, too."""
    wanted: dict[str, list[str]] = {ROOT: []}
    refused: dict[str, str] = {}
    left_out: list[str] = []
    for path in listed:
        end = path.rfind("/") + 1
        folder, name = path[:end], path[end:]
        _decide(folder, wanted, refused, own, left_out)
        if refused.get(folder):
            skipped[OUTSIDE] += 1
        elif folder in wanted and not _is_internal(name):
            wanted[folder].append(name)
    skipped[VENDORED] += len(left_out)
    passed_over += sorted(left_out)
    return wanted


def _decide(
    folder: str, wanted: dict[str, list[str]], refused: dict[str, str], own: OwnRules, left_out: list[str]
) -> None:
    """Put a folder, and those around it, among the wanted ones or those that are refused; each is looked at once."""
    undecided = []
    while folder not in wanted and folder not in refused:
        undecided.append(folder)
        folder = folder[: folder.rfind("/", 0, -1) + 1]
    for inner in reversed(undecided):
        name = inner[len(folder) : -1]
        if name in ("", ".", "..") or refused.get(folder):
            refused[inner] = OUTSIDE
        elif folder in refused or _is_closed(inner[:-1], own, _is_passed):
            refused[inner] = ""
            left_out += [inner] if folder in wanted and not _is_internal(name) else []
        else:
            wanted[inner] = []
        folder = inner


def _named(inside: Inside, folder: str, names: Collection[str], skipped: Counter[str]) -> dict[str, Entry]:
    """What is in a folder, by name; a file also by another form of its name, where the file system knows it by it."""
    entries = {entry.name: entry for entry in _entries(inside, folder, skipped)}
    for name in names:
        if name not in entries:
            with suppress(OSError):
                entries[name] = Entry.of(name, inside.status(f"{folder}{name}"))
    return entries


def _is_source(entry: Entry | None, skipped: Counter[str]) -> bool:
    if entry is None:  # gone, but git has not been told
        return False
    if entry.is_link or entry.is_folder:  # a folder that git lists is a submodule, or a repository inside this one
        skipped[LINK if entry.is_link else OTHER_REPOSITORY] += 1
        return False
    return True


def _ignored(root: Path, folders: Collection[str]) -> set[str]:
    """Those of the folders that git ignores; none where it does not say so."""
    try:
        names = git_ignored(root, [folder.removesuffix("/") for folder in folders])
    except GitError:
        return set()
    return {f"{name}/" for name in names}


def _is_passed(name: str) -> bool:
    """Tell whether nothing is read in folders of this name."""
    return name in VENDORED_FOLDERS or _is_internal(name)


def _is_passed_without_git(name: str) -> bool:
    return name in BUILT_FOLDERS or name.startswith(".") or _is_passed(name)


def _is_closed(path: str, own: OwnRules, is_passed: Callable[[str], bool]) -> bool:
    """Tell whether nothing in a folder is read, for its name and because nothing in it is brought back."""
    name = path.rpartition("/")[2]
    return is_passed(name) and (_is_internal(name) or not own.open(path))


def _is_internal(name: str) -> bool:
    """Tell whether a name is that of git's folder or of the index, as any file system may write it."""
    if name.isascii() and not name.startswith((".", "g", "G")):
        return False
    plain = _UNSEEN.sub("", name).split(":")[0].rstrip(" .").lower()
    return plain in (".git", INDEX_FOLDER) or bool(_SHORT_NAME.fullmatch(plain))


def _walked(inside: Inside, root: Path, own: OwnRules, skipped: Counter[str]) -> Listing:
    """Files that are listed without git, with the rules of every .gitignore on the way, and of those around."""
    ignore, found = IgnoreRules(inside), Listing()
    pending = [(ROOT, ignore.read_outer(Path(os.path.realpath(root)), outer_rules(root)))]
    while pending:
        folder, inherited = pending.pop()
        rules = [*ignore.read(folder), *inherited]
        entries = {entry.name: entry for entry in _entries(inside, folder, skipped)}
        found.watched += [folder.removesuffix("/") or _HERE, *_rules_in(folder, entries)]
        if folder and _is_work_tree(inside, folder, entries):
            skipped[OTHER_REPOSITORY] += 1
            continue
        for entry in entries.values():
            path = f"{folder}{entry.name}"
            is_own = entry.name == INDEX_FOLDER or (_is_internal(entry.name) and not entry.is_folder)
            if is_own or ignore.leave_out(path, rules, is_folder=entry.is_folder):
                continue
            if entry.is_link:
                skipped[LINK] += 1
            elif not entry.is_folder:
                found.files.append(path)
            elif _is_closed(path, own, _is_passed_without_git):
                skipped[VENDORED] += 1
                found.left_out.append(f"{path}/")
            elif len(path) > _LONGEST_PATH:
                skipped["path that is too long"] += 1
            else:
                pending.append((f"{path}/", rules))
    return found


def _is_work_tree(inside: Inside, folder: str, entries: Mapping[str, Entry]) -> bool:
    """Tell whether a folder is a further work tree of a repository, whose files are in the first one as well."""
    if ".git" not in entries or entries[".git"].is_folder:
        return False
    try:
        said = inside.read(f"{folder}.git", most=_MOST_BYTES)[1]
    except OSError:
        return False
    return said.startswith(b"gitdir:") and b"/worktrees/" in said


def _rules_in(folder: str, entries: Mapping[str, Entry]) -> list[str]:
    names = (RULES,) if folder else (RULES, ATTRIBUTES_FILE, IGNORE_FILE)
    return [f"{folder}{name}" for name in names if name in entries]


def _text(inside: Inside, path: str) -> str:
    """Content of a file of rules; empty where there is none, or it may not be read."""
    try:
        return inside.read(path, most=MAX_BYTES)[1].decode("utf-8", errors="replace")
    except OSError:
        return ""


def _entries(inside: Inside, folder: str, skipped: Counter[str]) -> list[Entry]:
    """What is in a folder; nothing where it has just become a link, is gone, or may not be read."""
    try:
        return inside.entries(folder.removesuffix("/"))
    except UnsafePathError as error:
        skipped[str(error)] += 1
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError:
        skipped["unreadable folder"] += 1
    return []


def _is_unicode(path: str, skipped: Counter[str]) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        skipped["name that is not UTF-8"] += 1
        return False
    return True
