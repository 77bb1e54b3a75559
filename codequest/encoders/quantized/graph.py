"""The graph of a teacher's query side in lower precision: made once, kept in the cache folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from codequest.adapters.folder import AdapterConfig
from codequest.encoders.export import export_graph
from codequest.encoders.exported import ExportedQueryEncoder
from codequest.encoders.graph_source import GraphSource
from codequest.runtimes import GraphPrecision, Runtime, check_choices
from codequest.runtimes.build import refuse_heavy
from codequest.runtimes.graph_cache import cached_graph, graph_folder
from codequest.weights import WeightSource


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

    def write(folder: Path) -> None:
        source = make()
        refuse_heavy(source.module)
        export_graph(config, source, folder, runtime=runtime, precision=precision)

    made_from = {"space": config.space.fingerprint, "weights": str(weights.revision)}
    kept = graph_folder(weights.model_id, made_from, runtime=runtime, precision=precision)
    return cached_graph(kept, read=ExportedQueryEncoder.from_pretrained, write=write)
