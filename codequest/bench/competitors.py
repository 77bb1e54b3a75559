"""Competitors of a benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from codequest.adapters import find_adapter
from codequest.adapters.folder import read_config
from codequest.encoders.kinds import find_kind
from codequest.errors import needs_torch
from codequest.report.named_encoders import QUANTIZED
from codequest.space import EmbeddingSpace
from codequest.weights import find_folder, resolve

TEACHER = "teacher"
"""Name of the one that all others are compared with."""

_LOADERS = "codequest.bench.loaders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitor:
    """A participant of a benchmark.

    Attributes:
        name: What the tables call it.
        loader: ``"module:function"``, called in its process with the source and the options; gives the function that
            embeds a list of texts.
        source: What is loaded, such as a folder.
        options: Keyword arguments of the loader, JSON-ready.
        reference: Name of the competitor whose vectors it should give.
        bare_of: Name of the competitor that this one is without everything around its graph and tokenizer.
        disk_bytes: Size of all files it is loaded from.
        python: Interpreter of the environment it is installed in; this one by default.
        folder: Where the module of its loader lies, when it is not installed.
        optional: Whether the others go on when its process dies.
    """

    name: str
    loader: str
    source: str
    options: Mapping[str, Any] = field(default_factory=dict)
    reference: str | None = None
    bare_of: str | None = None
    disk_bytes: int | None = None
    python: str | None = None
    folder: str | None = None
    optional: bool = False


def teacher_competitor(name: str, *, revision: str | None = None) -> Competitor:
    """The teacher in torch, fp32.

    Args:
        name: Public id or folder.
        revision: Commit of a public model.

    Raises:
        WeightsNotFoundError: It is not on this machine and cannot be fetched.
    """
    return Competitor(
        name=TEACHER,
        loader=f"{_LOADERS}:teacher",
        source=_source(name),
        options={"revision": revision},
        disk_bytes=folder_bytes([resolve(name, revision=revision)]),
    )


def adapter_competitor(name: str, source: str, *, reference: str | None = None) -> Competitor:
    """An adapter, or an exported form of one.

    Args:
        name: What the tables call it.
        source: A folder, a shipped adapter or a repository.
        reference: Name of the competitor whose vectors it should give.

    Raises:
        AdapterFormatError: There is no such adapter, or it is damaged.
        WeightsNotFoundError: Its base model is not on this machine and cannot be fetched.
    """
    folder = find_adapter(source)
    return Competitor(
        name=name,
        loader=f"{_LOADERS}:encoder",
        source=str(folder),
        reference=reference,
        disk_bytes=folder_bytes([folder, *_base_folders(folder)]),
    )


def quantized_competitor(name: str, precision: str, *, teacher: Competitor) -> Competitor:
    """The teacher in low precision.

    Raises:
        InvalidInputError: There is no such precision.
        MissingDependencyError: torch is not installed.
    """
    with needs_torch():
        from codequest.encoders.quantized.ways import check_names

    check_names(precision)
    return replace(
        teacher,
        name=name,
        loader=f"{_LOADERS}:quantized",
        options={**teacher.options, "precision": precision},
        reference=teacher.name,
    )


def bare_competitor(exported: Competitor) -> Competitor:
    """The graph and the tokenizer of an exported encoder, run bare."""
    return replace(
        exported,
        name=f"{exported.name}, bare",
        loader=f"{_LOADERS}:bare",
        reference=exported.name,
        bare_of=exported.name,
    )


def adapter_space(source: str) -> EmbeddingSpace | None:
    """The space of an adapter; None for ``quantized:PRECISION``, which is always in its teacher's.

    Raises:
        AdapterFormatError: There is no such adapter, or it is damaged.
    """
    return None if source.startswith(QUANTIZED) else read_config(find_adapter(source)).space


def is_derived(competitor: Competitor) -> bool:
    """Tell whether it is another form of something else: exported already, or a teacher in low precision."""
    if competitor.loader != f"{_LOADERS}:encoder":
        return competitor.loader != f"{_LOADERS}:teacher"
    kind = find_kind(read_config(Path(competitor.source)).kind)
    return kind is not None and kind.derived


def folder_bytes(folders: Sequence[Path]) -> int:
    """Size of all files in folders."""
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def _base_folders(folder: Path) -> list[Path]:
    """Folders of the weights that an adapter folder only names: of its base model, or of the teacher it quantizes."""
    config = read_config(folder)
    base, weights = config.encoder.get("base"), config.encoder.get("weights")
    if isinstance(base, str):
        return [resolve(base, revision=config.encoder.get("base_revision"))]
    if config.kind == "quantized" and isinstance(weights, str):
        return [resolve(weights, revision=config.space.public_revision)]
    return []


def _source(name: str) -> str:
    folder = find_folder(name)
    return name if folder is None else str(folder)
