"""The files of folders, git repositories and single files that are worth reading."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from codequest.code.git import git_files
from codequest.code.inside import ROOT, Entry, Inside
from codequest.code.reading import SECRET
from codequest.code.secrets import holds_secret, is_secret_name
from codequest.code.unwanted import BUILT_FOLDERS, MAX_BYTES, VENDORED_FOLDERS, is_machine_made
from codequest.errors import DatasetError, UnsafePathError
from codequest.progress import Progress, silent

_LEFT_OUT = VENDORED_FOLDERS | BUILT_FOLDERS


class Codebase:
    """Source files below some paths.

    A path inside a git repository gives what git tracks or would track; any other folder everything but hidden,
    installed, vendored and built files. What is left out counts from the path given on: a folder that is named itself
    is read. Links are followed where they are named, and not where they are found.

    Attributes:
        files: The files with one of the suffixes, sorted, each once.
        passed_over: How many files were not read, by reason; complete once `read` is through.

    Raises:
        DatasetError: A path does not exist.
    """

    def __init__(self, paths: Iterable[str | Path], *, suffixes: Sequence[str]) -> None:
        self._found: dict[Path, _Found] = {}
        self.passed_over: Counter[str] = Counter()
        for path in (Path(given).expanduser() for given in paths):
            for found in _files(path):
                if found.file.suffix.lower() not in suffixes:
                    continue
                if found.file != path and is_secret_name(found.path):
                    self.passed_over[SECRET] += 1
                else:
                    self._found.setdefault(found.root / found.path, found)
        self.files = [found.file for found in self._found.values()]

    def read(self, progress: Progress = silent) -> Iterator[tuple[Path, str]]:
        """Every file with its text."""
        for number, found in enumerate(self._found.values(), start=1):
            progress("Reading files", number, len(self.files))
            try:
                with Inside(found.root) as inside:
                    _, content = inside.read(found.path, most=MAX_BYTES)
            except UnsafePathError as error:
                self.passed_over[str(error)] += 1
                continue
            except OSError:
                self.passed_over["unreadable"] += 1
                continue
            reason = _unfit(found.file, content)
            if reason:
                self.passed_over[reason] += 1
                continue
            yield found.file, content.decode("utf-8-sig").replace("\r\n", "\n")


@dataclass(frozen=True, slots=True)
class _Found:
    """A file as it is named, and its place below the folder that was given."""

    file: Path
    root: Path
    path: str


def _unfit(file: Path, content: bytes) -> str:
    """The reason why a file is not read; empty when it is."""
    if len(content) > MAX_BYTES:
        return f"larger than {MAX_BYTES // 1_000_000} MB"
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    if "\0" in text:
        return "binary"
    if holds_secret(file.name, text):
        return SECRET
    if is_machine_made(file, text):
        return "generated or minified"
    return ""


def _files(given: Path) -> list[_Found]:
    if given.is_file():  # named itself: if it is a link, the file that it leads to is meant
        real = given.resolve()
        return [_Found(given, real.parent, real.name)]
    if not given.is_dir():
        raise DatasetError(
            f"There is no file or folder {given}. Give the code's folder, a file of it, or a query file."
        )
    root = given.resolve()
    listed = git_files(root)
    with Inside(root) as inside:
        names = _walked(inside) if listed is None else filter(_is_wanted, listed)
        return sorted(
            (_Found(given / name, root, name) for name in names if _is_file(inside, name)),
            key=lambda found: found.file,
        )


def _is_wanted(path: str) -> bool:
    return _LEFT_OUT.isdisjoint(path.split("/")[:-1])


def _is_file(inside: Inside, path: str) -> bool:
    try:
        return stat.S_ISREG(inside.status(path).st_mode)
    except OSError:
        return False


def _walked(inside: Inside) -> Iterator[str]:
    pending = [ROOT]
    while pending:
        folder = pending.pop()
        for entry in _entries(inside, folder):
            if not entry.is_folder:
                yield f"{folder}{entry.name}"
            elif not entry.is_link and entry.name not in _LEFT_OUT and not entry.name.startswith("."):
                pending.append(f"{folder}{entry.name}/")


def _entries(inside: Inside, folder: str) -> list[Entry]:
    """What is in a folder; nothing where it has just become a link, is gone, or may not be read."""
    try:
        return inside.entries(folder.removesuffix("/"))
    except OSError:
        return []
