"""An encoder as one graph: no torch, no base model, only a runtime and a tokenizer."""

from __future__ import annotations

import mmap
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy.typing as npt

from codequest.adapters.folder import AdapterConfig
from codequest.encoders.base import QueryEncoder
from codequest.encoders.cost import EncoderCost
from codequest.encoders.static.lookup import RowReader
from codequest.errors import AdapterFormatError, CodequestWarning
from codequest.progress import Progress, silent
from codequest.runtimes import (
    GraphSession,
    Runtime,
    TextReader,
    TokenReader,
    check_choices,
    open_session,
    refuse_tampered,
    run_split,
)
from codequest.runtimes.parity import LEAST
from codequest.runtimes.table import RUNTIMES
from codequest.space import EmbeddingSpace, Vectors

_READERS: Mapping[str, type[RowReader | TokenReader]] = {"rows": RowReader, "tokens": TokenReader}


@dataclass(frozen=True, slots=True, kw_only=True)
class _ExportedCost:
    parameters: int
    flops: tuple[float, float, float]
    active_bytes: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ExportedSettings:
    """Settings of an exported encoder, as `codequest.encoders.export` writes them."""

    batch_invariant: bool
    cost: _ExportedCost
    exported: str
    graph: dict[str, str]
    max_tokens: int
    precision: Any  # one of `GraphPrecision`; a wrong one is answered with those that there are
    reader: str
    runtime: Any  # one of `Runtime`, likewise
    source: dict[str, Any] = field(default_factory=dict)


class TruncationWarning(CodequestWarning):
    """Queries were longer than the encoder reads."""


class ExportedQueryEncoder(QueryEncoder):
    """An encoder that `QueryEncoder.export` wrote: runs on the CPU, from many threads at once.

    Attributes:
        truncated: How many queries were longer than the encoder reads, since it was loaded.
    """

    kind: ClassVar[str] = "exported"

    def __init__(
        self,
        space: EmbeddingSpace,
        session: GraphSession,
        reader: TextReader,
        settings: Mapping[str, Any],
        folder: Path,
    ) -> None:
        super().__init__(space)
        self.truncated = 0
        self._session = session
        self._reader = reader
        self._settings = dict(settings)
        self._folder = folder

    @property
    def source_kind(self) -> str:
        return str(self._settings["exported"])

    def encode(self, queries: str | Sequence[str], *, batch_size: int = 256, progress: Progress = silent) -> Vectors:
        before = self.truncated
        vectors = super().encode(queries, batch_size=batch_size, progress=progress)
        if before == 0 and self.truncated:
            warnings.warn(
                f"{self.truncated} of {1 if isinstance(queries, str) else len(queries)} queries have more than "
                f"{self._settings['max_tokens']} tokens; only so many were read. The attribute 'truncated' goes on "
                "counting; this is said once.",
                TruncationWarning,
                stacklevel=2,
            )
        return vectors

    @property
    def batch_invariant(self) -> bool:
        return bool(self._settings["batch_invariant"])

    @property
    def least_cosine(self) -> float:
        return LEAST[self._settings["precision"]].worst

    def token_counts(self, queries: Sequence[str]) -> list[int]:
        return self._reader.token_counts(queries)

    def embed_batch(self, queries: Sequence[str]) -> Vectors:
        input_ids, attention_mask, truncated = self._reader.read(queries)
        if truncated:
            self.truncated += truncated
        return run_split(self._session, input_ids, attention_mask)

    def cost(self, *, tokens: int = 12) -> EncoderCost:
        cost = self._settings["cost"]
        tokens = min(tokens, self._settings["max_tokens"])
        fixed, linear, square = cost["flops"]
        return EncoderCost(
            parameters=cost["parameters"],
            active_bytes=round(cost["active_bytes"][0] + cost["active_bytes"][1] * tokens),
            flops=round(fixed + linear * tokens + square * tokens * tokens),
            tokens=tokens,
        )

    def describe(self) -> dict[str, Any]:
        return dict(self._settings)

    def saved_tensors(self) -> Mapping[str, npt.NDArray[Any]]:
        return self._reader.tensors()

    def saved_files(self) -> dict[str, bytes | memoryview]:
        return {**self._reader.files(), **mapped_files(self._folder, self._settings["runtime"])}

    @classmethod
    def rebuild(
        cls,
        config: AdapterConfig,
        folder: Path,
        *,
        device: str | None,  # noqa: ARG003
    ) -> ExportedQueryEncoder:
        """See `QueryEncoder.rebuild`. It runs on the CPU, whatever the device."""
        settings, known = config.encoder, config.settings(_ExportedSettings, folder)
        check_choices(known.runtime, known.precision)
        if known.reader not in _READERS:
            raise AdapterFormatError(
                f"The config.json of {folder} has the reader {known.reader!r}, expected one of {', '.join(_READERS)}. "
                "Export it again."
            )
        refuse_tampered(folder, known.runtime, known.graph)
        reader: TextReader = _READERS[known.reader].load(folder, settings)
        session = open_session(folder, known.runtime, known.precision, dim=config.space.dim)
        return cls(config.space, session, reader, settings, folder)


def mapped_files(folder: Path, runtime: Runtime) -> dict[str, memoryview]:
    """The files of a graph by name; their bytes are read only as they are needed."""
    mapped = {}
    for name in RUNTIMES[runtime].files:
        with (folder / name).open("rb") as file:
            mapped[name] = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return mapped
