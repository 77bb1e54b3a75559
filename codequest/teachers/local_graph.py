"""A local teacher as a graph in OpenVINO: made once, kept, and used only if it gives the teacher's vectors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from codequest.backbone import Backbone
from codequest.errors import AdapterFormatError, ParityError, PrecisionNotSupportedError
from codequest.files import make_folder
from codequest.json_files import read_json
from codequest.progress import Progress, silent
from codequest.runtimes import (
    PARITY_QUERIES,
    GraphSession,
    Parity,
    batch_per_core,
    batches_at_once,
    check_parity,
    graph_digests,
    measure_parity,
    open_session,
    refuse_tampered,
    run_split,
)
from codequest.runtimes.build import refuse_heavy, write_graph
from codequest.runtimes.graph_cache import cached_graph, graph_folder
from codequest.runtimes.quiet import import_openvino
from codequest.runtimes.reduction import reductions
from codequest.space import Vectors, normalized

_FILE = "graph.json"
_MAKING, _STAGES = "teacher becomes a graph", 3  # loaded, written, checked
_LENGTH = 0.02  # by which a vector may be longer or shorter, where lengths count

# Documents of every length, the longest one truncated by most models; the last batch is one text alone.
_SLICES = ((0, 3), (3, 8), (8, 16), (16, 30), (30, 52))
_BATCHES = (
    PARITY_QUERIES,
    ["\n".join(PARITY_QUERIES[first:end]) for first, end in _SLICES],
    ["\n".join(PARITY_QUERIES)],
)

Faithful = Literal["bf16", "fp32"]
"""Number formats that a teacher's graph may compute in."""

Load = Callable[..., Backbone]
"""Loads the teacher in the ``precision`` given."""


@dataclass(frozen=True, slots=True)
class TeacherGraph:
    """A teacher's graph, ready to run.

    Attributes:
        session: Runs it.
        precision: Number format it computes in.
        at_once: Number of batches that it computes at the same time, each on a core of its own.
    """

    session: GraphSession
    precision: Faithful
    at_once: int = 1

    def embed(self, tokens: Mapping[str, Tensor]) -> Vectors:
        """Pooled vectors, (batch, dim), of ids and mask, each (batch, tokens)."""
        return run_split(self.session, tokens["input_ids"].numpy(), tokens["attention_mask"].numpy())


def open_graph(teacher: Backbone, load: Load, *, half: bool, progress: Progress = silent) -> TeacherGraph:
    """The graph of a teacher from the cache folder, where it is put first if it is not there or is damaged.

    Args:
        teacher: The teacher in torch.
        load: Loads it once more.
        half: Whether the graph may compute in bf16; otherwise, and where that leaves the space, in fp32.
        progress: Called while a graph is made.

    Raises:
        MissingDependencyError: OpenVINO is not installed.
        ModelFormatError: There is no graph that can be used; says why. That is kept as well.
        AdapterFormatError: OpenVINO cannot read the graph.
        OSError: The cache folder cannot be written.
        RuntimeError: OpenVINO or torch ran out of memory or disk, or failed otherwise.
    """
    import_openvino()
    recipe = _Recipe(teacher, load, ("bf16", "fp32") if half else ("fp32",))
    made_from = {"space": teacher.space.fingerprint, "of": "teacher"}
    folder = graph_folder(teacher.source.model_id, made_from, runtime="openvino", precision=recipe.precisions[0])
    return cached_graph(
        folder, read=read_graph, write=partial(make_folder, fill=partial(_make, recipe=recipe, progress=progress))
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """What lies next to a graph of a teacher."""

    precision: Faithful
    files: dict[str, str]


def read_graph(folder: Path) -> TeacherGraph:
    """The graph of a folder.

    Raises:
        AdapterFormatError: It holds no graph, or one that is damaged or was changed.
    """
    kept = read_json(folder / _FILE, _Kept, error=AdapterFormatError, remedy="It is made again.")
    refuse_tampered(folder, "openvino", kept.files)
    at_once = batch_per_core()
    with batches_at_once(at_once):
        return TeacherGraph(open_session(folder, "openvino", kept.precision), kept.precision, at_once)


@dataclass(frozen=True, slots=True)
class _Recipe:
    """Ingredients of a graph, and its precisions, the fastest first."""

    teacher: Backbone
    load: Load
    precisions: tuple[Faithful, ...]


def _make(folder: Path, *, recipe: _Recipe, progress: Progress) -> None:
    """Put the graph into the folder."""
    refuse_heavy(recipe.teacher)
    with TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as scratch:
        made, precision, parity = _faithful(recipe, Path(scratch), progress)
        kept = {"precision": precision, "files": graph_digests(made, "openvino"), "parity": asdict(parity)}
        for path in made.iterdir():
            path.rename(folder / path.name)
    (folder / _FILE).write_text(json.dumps(kept, indent=2, sort_keys=True), encoding="utf-8")


def _faithful(recipe: _Recipe, scratch: Path, progress: Progress) -> tuple[Path, Faithful, Parity]:
    """The graph in the first precision that keeps the vectors of torch in fp32: its folder and its parity.

    Raises:
        ModelFormatError: The model cannot be made into a graph.
        ParityError: None of the precisions keeps the vectors.
    """
    backbone = recipe.load(precision="fp32")
    full = scratch / "fp32"
    full.mkdir()
    progress(_MAKING, 1, _STAGES)
    write_graph(backbone, backbone.tokenize(PARITY_QUERIES[:4]), full, runtime="openvino")
    progress(_MAKING, 2, _STAGES)
    tokens = [backbone.tokenize(batch) for batch in _BATCHES]
    with torch.inference_mode():
        expected = np.concatenate([backbone(**batch).numpy() for batch in tokens])
    refusals = []
    for precision in recipe.precisions:
        try:
            folder = _reduced(full, precision)
            parity = _checked(TeacherGraph(open_session(folder, "openvino", precision), precision), tokens, expected)
        except (ParityError, PrecisionNotSupportedError) as error:
            refusals.append(str(error))
            continue
        progress(_MAKING, 3, _STAGES)
        return folder, precision, parity
    raise ParityError(" ".join(refusals))


def _reduced(full: Path, precision: Faithful) -> Path:
    """The folder of the graph in a precision; of fp32 the one that there is."""
    if precision == "fp32":
        return full
    folder = full.with_name(precision)
    folder.mkdir()
    for way in reductions("openvino", precision, written="fp32"):
        way.write(full, folder)
    return folder


def _checked(graph: TeacherGraph, tokens: list[dict[str, Tensor]], expected: Vectors) -> Parity:
    """The parity of a graph, batch by batch as it will be used.

    Raises:
        ParityError: Its vectors have left the space.
    """
    found = np.concatenate([graph.embed(batch) for batch in tokens])
    parity = measure_parity(normalized(found), normalized(expected))
    check_parity(parity, graph.precision, name=f"Its graph in OpenVINO, {graph.precision},")
    lengths = np.linalg.norm(found, axis=1) / np.linalg.norm(expected, axis=1)
    if np.abs(lengths - 1).max() > _LENGTH:
        raise ParityError(
            f"Its graph in OpenVINO, {graph.precision}, gives vectors of {lengths.min():.3f} to {lengths.max():.3f} "
            "times the length that torch gives."
        )
    return parity
