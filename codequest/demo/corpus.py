"""The standard library as a code search test: docstrings as queries, functions without them as documents."""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from codequest.data import RetrievalDataset, normal_form
from codequest.errors import DatasetError
from codequest.mining import MinedFunction, mine_python
from codequest.texts import counted

# fmt: off
TEST_MODULES = frozenset((
    "argparse", "asyncio", "bisect", "calendar", "collections", "configparser", "contextlib", "copy", "csv",
    "datetime", "email", "enum", "filecmp", "fileinput", "fnmatch", "functools", "getpass", "glob", "gzip",
    "heapq", "http", "ipaddress", "json", "logging", "mimetypes", "pathlib", "queue", "random", "sched",
    "secrets", "shelve", "shlex", "shutil", "socket", "statistics", "string", "subprocess", "tarfile", "tempfile",
    "textwrap", "threading", "timeit", "urllib", "uuid", "wave", "webbrowser", "zipfile",
))
# fmt: on
"""Modules whose functions are searched; every other module may be trained on."""

_LEFT_OUT = {"site-packages", "test", "tests", "idle_test", "lib2to3", "__pycache__"}
_MAX_CHARACTERS = 480  # about 128 tokens of code


@dataclass(frozen=True, slots=True)
class StandardLibrary:
    """Training and test functions from disjoint modules.

    Attributes:
        root: Folder of the standard library.
        train: Labelled pairs to train on; its documents are those of the first pairs only, to save embedding.
        test: What is searched and measured.
        functions: Every function by its document id.
        queries: All training descriptions, also those of functions that are not among the documents.
    """

    root: Path
    train: RetrievalDataset
    test: RetrievalDataset
    functions: dict[str, MinedFunction]
    queries: list[str]


def standard_library(*, test_functions: int = 500, train_functions: int = 2500, seed: int = 0) -> StandardLibrary:
    """Mine the running interpreter's standard library.

    Args:
        test_functions: Most functions to search.
        train_functions: Most labelled pairs to train on.
        seed: Decides which, when there are more.

    Raises:
        DatasetError: This interpreter has its standard library in no readable source files.
    """
    root = Path(sysconfig.get_paths()["stdlib"])
    files = [path for path in sorted(root.rglob("*.py")) if not _LEFT_OUT & set(path.relative_to(root).parts)]
    distinct: dict[str, MinedFunction] = {}
    for function in mine_python(file for file in files if not _module(file, root).startswith("_")):
        distinct.setdefault(normal_form(function.description), function)
    shuffled = random.Random(seed).sample(list(distinct.values()), len(distinct))
    test = [function for function in shuffled if _module(function.path, root) in TEST_MODULES][:test_functions]
    train = [function for function in shuffled if _module(function.path, root) not in TEST_MODULES]
    if len(test) < 10 or len(train) < 10:
        raise DatasetError(
            f"The standard library in {root} has only {len(test)} test and {counted(len(train), 'training function')} "
            "with docstrings in source files. Run the demo with an ordinary CPython."
        )
    functions = {_name(function, root): function for function in (*test, *train)}
    return StandardLibrary(
        root=root,
        train=_dataset("standard library, training modules", train[:train_functions], root),
        test=_dataset("standard library, test modules", test, root),
        functions=functions,
        queries=[function.description for function in train],
    )


def searchable(code: str) -> str:
    """The first lines of a function, about 128 tokens."""
    lines: list[str] = []
    for line in code.splitlines():
        if lines and sum(map(len, lines)) + len(line) > _MAX_CHARACTERS:
            break
        lines.append(line[:_MAX_CHARACTERS])
    return "\n".join(lines)


def _dataset(name: str, functions: Sequence[MinedFunction], root: Path) -> RetrievalDataset:
    ids = [_name(function, root) for function in functions]
    return RetrievalDataset(
        name,
        queries=_by_id(ids, (function.description for function in functions)),
        documents=_by_id(ids, (searchable(function.code) for function in functions)),
        qrels={key: {key: 1} for key in ids},
    )


def _by_id(ids: Sequence[str], values: Iterable[str]) -> dict[str, str]:
    return dict(zip(ids, values, strict=True))


def _name(function: MinedFunction, root: Path) -> str:
    return f"{function.path.relative_to(root).as_posix()}:{function.line}"


def _module(path: Path, root: Path) -> str:
    return path.relative_to(root).parts[0].removesuffix(".py")
