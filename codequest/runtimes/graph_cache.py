"""Graphs in codequest's cache folder, of encoders and of teachers: each made once, opened without torch."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from codequest.errors import (
    AdapterFormatError,
    AdapterWriteError,
    MissingDependencyError,
    ModelFormatError,
    ParityError,
    PrecisionNotSupportedError,
)
from codequest.files import cache_root, put_back, replace_file
from codequest.runtimes.table import RUNTIMES, GraphPrecision, Runtime
from codequest.version import __version__

NO_GRAPH_HERE = (
    AdapterWriteError,
    MissingDependencyError,
    ModelFormatError,
    ParityError,
    PrecisionNotSupportedError,
)
"""Errors that say that a graph cannot be had on this machine, where another way to the same vectors may still do."""

_MAKERS = ("torch", "transformers")

Graph = TypeVar("Graph")


def graph_folder(name: str, made_from: Mapping[str, str], *, runtime: Runtime, precision: GraphPrecision) -> Path:
    """The folder of a graph: another one for each version of what makes and runs it.

    Args:
        name: For people.
        made_from: Everything else that its vectors depend on.
        runtime: What runs it.
        precision: What it computes in at most.

    Raises:
        PackageNotFoundError: A package that makes or runs graphs is not installed.
    """
    packages = (*_MAKERS, RUNTIMES[runtime].package)
    versions = {"codequest": __version__, **{package: metadata.version(package) for package in packages}}
    named = json.dumps([dict(made_from), versions], sort_keys=True)
    key = hashlib.sha256(named.encode()).hexdigest()[:16]
    return cache_root() / "graphs" / f"{name.replace('/', '--')}-{runtime}-{precision}-{key}"


def open_graph(folder: Path, read: Callable[[Path], Graph]) -> Graph | None:
    """The graph of a folder; None where there is none, and a damaged one is removed.

    Args:
        folder: From `graph_folder`.
        read: Opens it; an AdapterFormatError says that it is damaged.
    """
    put_back(folder)
    if not folder.is_dir():
        return None
    try:
        return read(folder)
    except AdapterFormatError:
        shutil.rmtree(folder, ignore_errors=True)
        return None


def cached_graph(folder: Path, *, read: Callable[[Path], Graph], write: Callable[[Path], object]) -> Graph:
    """The graph of a folder, which is written first if it is not there or is damaged.

    Args:
        folder: From `graph_folder`.
        read: Opens it; an AdapterFormatError says that it is damaged.
        write: Writes it whole, or not at all.

    Raises:
        ModelFormatError: The model cannot be made into a graph. That is kept as well, and so is the next one.
        ParityError: The graph's vectors left the space.
        OSError: The cache folder cannot be written.
    """
    refusal = folder.with_name(f"{folder.name}.refused")
    again = f"Remove {refusal} to try again."
    if refusal.is_file():
        raise ModelFormatError(f"{refusal.read_text(encoding='utf-8')} {again}")
    if (there := open_graph(folder, read)) is not None:
        return there
    try:
        write(folder)
    except (ModelFormatError, ParityError) as error:
        with suppress(OSError):  # where nothing can be kept, the next call tries again
            replace_file(refusal, str(error).encode())
            raise type(error)(f"{error} {again}") from error
        raise
    return read(folder)
