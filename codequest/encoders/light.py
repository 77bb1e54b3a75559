"""A shipped or trained adapter as one graph in the cache: what answers queries without loading torch."""

from __future__ import annotations

import hashlib
from functools import partial
from importlib import metadata
from pathlib import Path

from codequest.adapters import find_adapter
from codequest.adapters.folder import CARD_FILE, read_config
from codequest.adapters.reference_vectors import REFERENCE_FILE
from codequest.encoders.base import QueryEncoder
from codequest.encoders.exported import ExportedQueryEncoder
from codequest.encoders.kinds import find_kind
from codequest.errors import InvalidInputError, MissingDependencyError
from codequest.runtimes import GraphPrecision, Runtime, check_choices
from codequest.runtimes.graph_cache import NO_GRAPH_HERE, cached_graph, graph_folder, open_graph

_RUNTIME: Runtime = "onnx"
_PRECISION: GraphPrecision = "fp32"  # the very vectors, and for one query hardly slower than int8
_NO_PART_OF_VECTORS = (CARD_FILE, REFERENCE_FILE)


def light_encoder(adapter: str | Path) -> QueryEncoder:
    """An adapter, as a graph in ONNX Runtime where `prepare_light` has made one, which starts ten times as fast.

    Args:
        adapter: As for `QueryEncoder.from_pretrained`, which says what is raised.
    """
    source = find_adapter(adapter)
    folder = _place(source)
    try:
        graph = open_graph(folder, ExportedQueryEncoder.from_pretrained) if folder else None
    except MissingDependencyError:  # the runtime was removed since
        graph = None
    return graph or QueryEncoder.from_pretrained(source)


def starts_fast(adapter: str | Path) -> bool:
    """Tell whether an adapter answers without torch: it needs none, or `prepare_light` has made its graph.

    Raises:
        AdapterFormatError: There is no such adapter.
    """
    source = find_adapter(adapter)
    kind = find_kind(read_config(source).kind)
    folder = _place(source)
    return folder.is_dir() if folder else kind is None or kind.derived or not kind.needs_torch


def prepare_light(adapter: str | Path) -> bool:
    """Make the graph that `light_encoder` looks for, once; half a minute.

    Returns:
        Whether there is one: not of what needs none, nor where what writes or runs it is not installed, the model
        cannot be made into one, or the cache cannot be written.

    Raises:
        AdapterFormatError: There is no such adapter.
        WeightsNotFoundError: Its base model is not on this machine.
    """
    source = find_adapter(adapter)
    folder = _place(source)
    if folder is None:
        return False
    try:
        check_choices(_RUNTIME, _PRECISION)
        cached_graph(folder, read=ExportedQueryEncoder.from_pretrained, write=partial(_write, source))
    except (*NO_GRAPH_HERE, InvalidInputError):  # the last of a kind of someone else's that cannot be exported
        return False
    return True


def _write(adapter: Path, folder: Path) -> None:
    QueryEncoder.from_pretrained(adapter, device="cpu").export(folder, runtime=_RUNTIME, precision=_PRECISION)


def _place(source: Path) -> Path | None:
    """Place of the graph of an adapter's folder, whether there is one or not; None for what needs none."""
    kind = find_kind(read_config(source).kind)
    if kind is None or kind.derived or not kind.needs_torch:
        return None
    made_from = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in source.iterdir()
        if path.is_file() and path.name not in _NO_PART_OF_VECTORS
    }
    try:
        return graph_folder(source.name, made_from, runtime=_RUNTIME, precision=_PRECISION)
    except metadata.PackageNotFoundError:  # ONNX Runtime or torch is not installed
        return None
