"""The files of folders, git repositories and single files that are worth reading."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from codequest.code.git import git_files
from codequest.code.reading import SECRET
from codequest.code.secrets import holds_secret, is_secret_name
from codequest.code.unwanted import BUILT_FOLDERS, MAX_BYTES, VENDORED_FOLDERS, is_machine_made
from codequest.errors import DatasetError
from codequest.progress import Progress, silent

_LEFT_OUT = VENDORED_FOLDERS | BUILT_FOLDERS


class Codebase:
    """Source files below some paths.

    A path inside a git repository gives what git tracks or would track; any other folder everything but hidden,
    installed, vendored and built files. What is left out counts from the path given on: a folder that is named itself
    is read.

    Attributes:
        files: The files with one of the suffixes, sorted, each once.
        passed_over: How many files were not read, by reason; complete once `read` is through.

    Raises:
        DatasetError: A path does not exist.
    """

    def __init__(self, paths: Iterable[str | Path], *, suffixes: Sequence[str]) -> None:
        found: dict[Path, Path] = {}
        self.passed_over: Counter[str] = Counter()
        for path in (Path(given).expanduser() for given in paths):
            for file in _files(path):
                if file.suffix.lower() not in suffixes:
                    continue
                if file != path and is_secret_name(file.relative_to(path).as_posix()):
                    self.passed_over[SECRET] += 1
                else:
                    found.setdefault(file.resolve(), file)
        self.files = list(found.values())

    def read(self, progress: Progress = silent) -> Iterator[tuple[Path, str]]:
        """Every file with its text."""
        for number, file in enumerate(self.files, start=1):
            progress("Reading files", number, len(self.files))
            try:
                text = file.read_bytes()
            except OSError:
                self.passed_over["unreadable"] += 1
                continue
            reason = _unfit(file, text)
            if reason:
                self.passed_over[reason] += 1
                continue
            yield file, text.decode("utf-8-sig").replace("\r\n", "\n")


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


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise DatasetError(f"There is no file or folder {path}. Give the code's folder, a file of it, or a query file.")
    listed = _git_files(path)
    return sorted(_walked(path) if listed is None else listed)


def _git_files(folder: Path) -> list[Path] | None:
    """Files that git tracks or would track; None outside a repository, without git, and for an ignored folder."""
    names = git_files(folder)
    if names is None:
        return None
    return [folder / name for name in names if not _LEFT_OUT & set(name.parts[:-1]) and (folder / name).is_file()]


def _walked(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFT_OUT and not name.startswith(".")]
        yield from (Path(parent) / name for name in names)
