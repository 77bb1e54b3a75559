"""The graph of a teacher's query side in lower precision: made once, kept in the cache folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from codequest.encoders.export import export_graph
from codequest.encoders.exported import ExportedQueryEncoder
from codequest.encoders.graphs import GraphSource
from codequest.errors import AdapterFormatError, ModelFormatError, ParityError
from codequest.runtimes import GraphPrecision, Runtime, check_choices
from codequest.runtimes.build import refuse_heavy
from codequest.storage import AdapterConfig
from codequest.weights import WeightSource, cache_root

_VERSIONED = ("codequest", "torch", "transformers")
_PACKAGES = {"onnx": "onnxruntime", "openvino": "openvino"}


def open_compact_graph(
    config: AdapterConfig,
    weights: WeightSource,
    make: Callable[[], GraphSource],
    *,
    runtime: Runtime,
    precision: GraphPrecision,
) -> ExportedQueryEncoder:
    """The graph from the cache folder, where it is put first if it is not there or is damaged.

    Args:
        config: Of the encoder that it is the graph of.
        weights: Of the teacher.
        make: Gives the teacher to export; called only when there is no graph yet.
        runtime: What runs it.
        precision: What it computes in.

    Raises:
        MissingDependencyError: The runtime, or what writes its graphs, is not installed.
        PrecisionNotSupportedError: The runtime would only emulate the precision on this CPU.
        ModelFormatError: The model cannot be made into a graph. That is kept as well, and so is the next one.
        ParityError: The graph's vectors left the space.
        AdapterWriteError: The cache folder cannot be written.
    """
    check_choices(runtime, precision)
    name = f"{weights.model_id.replace('/', '--')}-{runtime}-{precision}-{_key(config, weights, runtime)}"
    folder = cache_root() / "graphs" / name
    refusal = folder.with_name(f"{folder.name}.refused")
    if refusal.is_file():
        raise ModelFormatError(f"{refusal.read_text(encoding='utf-8')} Remove {refusal} to try again.")
    if folder.is_dir():
        try:
            return _opened(folder)
        except AdapterFormatError:
            shutil.rmtree(folder, ignore_errors=True)
    try:
        source = make()
        refuse_heavy(source.module)
        export_graph(config, source, folder, runtime=runtime, precision=precision)
    except (ModelFormatError, ParityError) as error:
        with suppress(OSError):
            refusal.parent.mkdir(parents=True, exist_ok=True)
            refusal.write_text(str(error), encoding="utf-8")
        raise
    return _opened(folder)


def _opened(folder: Path) -> ExportedQueryEncoder:
    encoder = ExportedQueryEncoder.from_pretrained(folder)
    assert isinstance(encoder, ExportedQueryEncoder)  # another kind was refused
    return encoder


def _key(config: AdapterConfig, weights: WeightSource, runtime: Runtime) -> str:
    versions = {name: metadata.version(name) for name in (*_VERSIONED, _PACKAGES[runtime])}
    named = json.dumps([config.space.fingerprint, weights.revision, versions], sort_keys=True)
    return hashlib.sha256(named.encode()).hexdigest()[:16]
