"""Writes an encoder for another runtime, as one graph if that gives the encoder's vectors."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import torch

from codequest.adapters.card import render_card
from codequest.adapters.card_metadata import ONE_QUERY
from codequest.adapters.folder import AdapterConfig, check_destination, write_adapter
from codequest.adapters.own_vectors import OwnVectors
from codequest.encoders.base import QueryEncoder
from codequest.encoders.exported import ExportedQueryEncoder, TruncationWarning, mapped_files
from codequest.encoders.graph_source import Exportable, GraphSource
from codequest.encoders.sentence_transformers.folder import export_modules
from codequest.errors import InvalidInputError, ModelFormatError, ParityError
from codequest.files import scratch_folder
from codequest.runtimes import (
    PARITY_QUERIES,
    GraphPrecision,
    Parity,
    Runtime,
    check_choices,
    check_parity,
    graph_digests,
    measure_parity,
)
from codequest.runtimes.build import write_graph
from codequest.runtimes.reduction import reductions
from codequest.space import Vectors

ExportTarget = Literal[Runtime, "sentence-transformers"]
"""Runtimes of an exported encoder, and sentence-transformers."""


def export_encoder(
    encoder: QueryEncoder, folder: str | Path, *, runtime: ExportTarget, precision: GraphPrecision
) -> Path:
    """See `QueryEncoder.export`."""
    if runtime not in get_args(ExportTarget):
        raise InvalidInputError(f"runtime must be one of {', '.join(get_args(ExportTarget))}, got {runtime!r}.")
    if runtime == "sentence-transformers":
        return export_modules(encoder, folder, precision=precision)
    check_choices(runtime, precision)
    check_destination(folder)
    source = _exportable(encoder).graph_source(precision)
    return export_graph(encoder.config(), source, folder, runtime=runtime, precision=precision)


def _exportable(encoder: QueryEncoder) -> Exportable:
    if isinstance(encoder, Exportable):
        return encoder
    if isinstance(encoder, ExportedQueryEncoder):
        settings = encoder.describe()
        raise InvalidInputError(
            f"This encoder is already exported, to {settings['runtime']} in {settings['precision']}. Export the "
            f"{settings['exported']} encoder that it was made from."
        )
    raise InvalidInputError(
        f"A {type(encoder).__name__} gives no graph_source(), so it cannot be exported. Use it as it is, or export a "
        "lora, projection, static or quantized encoder."
    )


def export_graph(
    encoder: AdapterConfig, source: GraphSource, folder: str | Path, *, runtime: Runtime, precision: GraphPrecision
) -> Path:
    """Write what an encoder of this configuration gave to be exported: see `QueryEncoder.export`."""
    ways = reductions(runtime, precision, written=source.precision)
    input_ids, attention_mask, _ = source.reader.read(PARITY_QUERIES)
    example = {"input_ids": torch.from_numpy(input_ids), "attention_mask": torch.from_numpy(attention_mask)}
    refusals: list[Exception] = []
    with scratch_folder() as scratch:
        full, reduced, draft = (scratch / name for name in ("full", "reduced", "draft"))
        full.mkdir()
        reduced.mkdir()
        write_graph(source.module, example, full, runtime=runtime)
        expected = source.embed(PARITY_QUERIES)
        for way in ways:
            settings = {
                "runtime": runtime,
                "precision": precision,
                "way": way.name,
                "batch_invariant": way.batch_invariant,
            }
            try:
                way.write(full, reduced)
                config = _config(encoder, source, reduced, settings)
                name = f"{runtime}, {way.name},"
                loaded = QueryEncoder.from_pretrained(_write(draft, config, source, reduced))
                parity = _checked_parity(loaded, expected, name)
            except (ModelFormatError, ParityError) as error:
                refusals.append(error)
                continue
            described = {**config.encoder, "parity": asdict(parity)}
            config = replace(config, encoder=described, own_vectors=OwnVectors.of(loaded.encode))
            return _write(folder, config, source, reduced)
    raise ParityError(" ".join(map(str, refusals)) + " Nothing was written. Choose another precision or runtime.")


def _config(encoder: AdapterConfig, source: GraphSource, graph: Path, settings: Mapping[str, Any]) -> AdapterConfig:
    size = sum(path.stat().st_size for path in graph.iterdir())
    described = {
        **settings,
        **source.reader.describe(),
        "exported": encoder.kind,
        "source": dict(encoder.encoder),
        "graph": graph_digests(graph, settings["runtime"]),
        "cost": _cost(source, size),
    }
    # What one query took in torch says nothing about the graph; what was measured of retrieval stays, within parity.
    metrics = {name: values for name, values in encoder.metrics.items() if name != ONE_QUERY}
    kind = ExportedQueryEncoder.kind
    return AdapterConfig(
        kind=kind,
        space=encoder.space,
        encoder=described,
        training=encoder.training,
        metrics=metrics,
        reference_vectors=encoder.reference_vectors,
    )


def _cost(source: GraphSource, size: int) -> dict[str, Any]:
    """Parameters, and the coefficients of 1, tokens and tokens squared that give FLOPs and bytes that are read."""
    two, three, four = (source.cost(tokens) for tokens in (2, 3, 4))  # a table of two token types is read whole by two
    share = min(1.0, size / (4 * two.parameters))  # of fp32, in all weights alike
    square = (four.flops - 2 * three.flops + two.flops) / 2
    linear = three.flops - two.flops - 5 * square
    row = (three.active_bytes - two.active_bytes) * share
    return {
        "parameters": two.parameters,
        "flops": [two.flops - 2 * linear - 4 * square, linear, square],
        "active_bytes": [two.active_bytes * share - 2 * row, row],
    }


def _write(folder: str | Path, config: AdapterConfig, source: GraphSource, graph: Path) -> Path:
    files: dict[str, bytes | memoryview] = {**source.reader.files(), **mapped_files(graph, config.encoder["runtime"])}
    return write_adapter(folder, config, source.reader.tensors(), render_card(config), files=files)


def _checked_parity(encoder: QueryEncoder, expected: Vectors, name: str) -> Parity:
    """The parity of a graph as `from_pretrained` loads it, of the queries together and one by one.

    Raises:
        ParityError: Either is too low.
    """
    precision = encoder.describe()["precision"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TruncationWarning)
        together = measure_parity(encoder.encode(PARITY_QUERIES), expected)
        single = measure_parity(np.stack([encoder.encode(query) for query in PARITY_QUERIES]), expected)
    for parity, how in ((together, "in a batch"), (single, "one by one")):
        check_parity(parity, precision, name=f"{name} {how}")
    return min(together, single, key=lambda parity: parity.worst)
