"""Exported graphs in codequest's cache folder: each made once, opened without torch."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from codequest.encoders.exported import ExportedQueryEncoder
from codequest.errors import AdapterFormatError, ModelFormatError, ParityError
from codequest.files import cache_root
from codequest.runtimes import RUNTIMES, GraphPrecision, Runtime

_VERSIONED = ("codequest", "torch", "transformers")


def graph_folder(name: str, made_from: Mapping[str, str], *, runtime: Runtime, precision: GraphPrecision) -> Path:
    """Where a graph is kept: another one for each version of what makes and runs it.

    Args:
        name: For people.
        made_from: What else its vectors depend on.
        runtime: What runs it.
        precision: What it computes in.
    """
    versions = {package: metadata.version(package) for package in (*_VERSIONED, RUNTIMES[runtime].package)}
    named = json.dumps([dict(made_from), versions], sort_keys=True)
    key = hashlib.sha256(named.encode()).hexdigest()[:16]
    return cache_root() / "graphs" / f"{name.replace('/', '--')}-{runtime}-{precision}-{key}"


def open_graph(folder: Path) -> ExportedQueryEncoder | None:
    """The graph of a folder; None where there is none, and a damaged one is removed."""
    if not folder.is_dir():
        return None
    try:
        encoder = ExportedQueryEncoder.from_pretrained(folder)
    except AdapterFormatError:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    assert isinstance(encoder, ExportedQueryEncoder)  # another kind was refused
    return encoder


def cached_graph(folder: Path, write: Callable[[Path], object]) -> ExportedQueryEncoder:
    """The graph of a folder, which is written first if it is not there or is damaged.

    Raises:
        ModelFormatError: The model cannot be made into a graph. That is kept as well, and so is the next one.
        ParityError: The graph's vectors left the space.
        AdapterWriteError: The cache folder cannot be written.
    """
    refusal = folder.with_name(f"{folder.name}.refused")
    if refusal.is_file():
        raise ModelFormatError(f"{refusal.read_text(encoding='utf-8')} Remove {refusal} to try again.")
    if (encoder := open_graph(folder)) is not None:
        return encoder
    try:
        write(folder)
    except (ModelFormatError, ParityError) as error:
        with suppress(OSError):
            refusal.parent.mkdir(parents=True, exist_ok=True)
            refusal.write_text(str(error), encoding="utf-8")
        raise
    written = open_graph(folder)
    assert written is not None  # it was opened once before it got its name
    return written
