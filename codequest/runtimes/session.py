"""GraphSession: a graph that is ready to run, whichever runtime runs it."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np
import numpy.typing as npt

from codequest.errors import AdapterFormatError, InvalidInputError, PrecisionNotSupportedError
from codequest.runtimes.table import RUNTIMES, GraphPrecision, ReducedPrecision, Runtime
from codequest.space import Vectors

if TYPE_CHECKING:
    from torch import nn
    from torch.export import ExportedProgram

    from codequest.runtimes.reduction import Reduction

Tokens = npt.NDArray[np.int64]
"""Token ids or attention masks, (batch, tokens)."""

_SAID_AS_MEMORY = ("bad_alloc", "allocate", "out of memory", "not enough memory")


@dataclass(frozen=True, slots=True)
class Merit:
    """Reason to run a teacher in a reduced precision of a runtime.

    Attributes:
        precision: Of the teacher's graph.
        place: Its place among those of all runtimes by the time of a single query, the lowest first.
        why: What speaks for it on this machine, in a few words.
    """

    precision: ReducedPrecision
    place: int
    why: str


class GraphSession(ABC):
    """Runs one graph; may be used from many threads at once.

    Args:
        folder: Holds the graph's files.
        precision: What it was written in.

    Raises:
        MissingDependencyError: The runtime is not installed.
        PrecisionNotSupportedError: This CPU does not compute in the precision.
        AdapterFormatError: The runtime cannot read the graph.
    """

    runtime: ClassVar[Runtime]

    @abstractmethod
    def __init__(self, folder: Path, precision: GraphPrecision) -> None: ...

    @classmethod
    @abstractmethod
    def refuse_unrunnable(cls, precision: GraphPrecision) -> None:
        """Refuse a precision that this runtime would only emulate on this CPU."""

    @abstractmethod
    def run(self, input_ids: Tokens, attention_mask: Tokens) -> Vectors:
        """Unit vectors, (batch, dim), of token ids and mask, each (batch, tokens)."""

    @classmethod
    @abstractmethod
    def refuse_unwritable(cls, module: nn.Module) -> None:
        """Refuse a module whose graph this runtime cannot hold, or that nothing installed can write."""

    @classmethod
    @abstractmethod
    def write(cls, program: ExportedProgram, folder: Path) -> None:
        """Write what torch traced as a graph in fp32, with inputs and output by their names."""

    @classmethod
    @abstractmethod
    def reductions(cls, precision: GraphPrecision, *, written: GraphPrecision) -> list[Reduction]:
        """The ways to a precision other than a plain copy, the fastest first; see `codequest.runtimes.reduction`."""

    @classmethod
    @abstractmethod
    def merits(cls) -> list[Merit]:
        """The precisions that a teacher is worth running in, without importing the runtime."""


_shared: ContextVar[bool] = ContextVar("_shared", default=False)


@contextmanager
def sharing_cpu() -> Iterator[None]:
    """Sessions that are opened inside let go of the CPU at once when they have nothing to do.

    ONNX Runtime's threads otherwise spin for a while, which makes the next query a third faster where nothing else
    computes, and several times slower where another pool of threads, such as that of BLAS, takes turns with them.
    """
    token = _shared.set(True)
    try:
        yield
    finally:
        _shared.reset(token)


def shares_cpu() -> bool:
    """Tell whether a session that is opened now takes turns with other pools of threads."""
    return _shared.get()


def check_choices(runtime: Any, precision: Any) -> None:
    """Refuse a runtime or a precision that cannot be used here, before anything is computed.

    Raises:
        InvalidInputError: There is no such runtime or precision.
        MissingDependencyError: The runtime is not installed.
        PrecisionNotSupportedError: This CPU does not compute in the precision.
    """
    for name, value, choices in (("runtime", runtime, Runtime), ("precision", precision, GraphPrecision)):
        if value not in get_args(choices):
            raise InvalidInputError(f"{name} must be one of {', '.join(get_args(choices))}, got {value!r}.")
    RUNTIMES[runtime].load().refuse_unrunnable(precision)


def open_session(folder: Path, runtime: Runtime, precision: GraphPrecision) -> GraphSession:
    """Load the graph of a folder; see `GraphSession` for what is refused."""
    return RUNTIMES[runtime].load()(folder, precision)


def run_split(session: GraphSession, input_ids: Tokens, attention_mask: Tokens) -> Vectors:
    """Run a batch, in halves where the whole does not fit into memory.

    Raises:
        MemoryError: Not even one row fits.
        PrecisionNotSupportedError: This CPU does not run the graph.
    """
    try:
        return _checked(session.run(input_ids, attention_mask), input_ids)
    except (MemoryError, RuntimeError) as error:
        if not _is_memory(error) or len(input_ids) == 1:
            raise
    middle = len(input_ids) // 2
    halves = (slice(None, middle), slice(middle, None))
    return np.concatenate([run_split(session, input_ids[half], attention_mask[half]) for half in halves])


def _checked(vectors: Vectors, input_ids: Tokens) -> Vectors:
    """OpenVINO has been seen to return no rows, and no error, where a CPU lacks what its kernel needs."""
    if vectors.ndim != 2 or len(vectors) != len(input_ids):
        raise PrecisionNotSupportedError(
            f"The graph returned vectors of shape {vectors.shape} for {len(input_ids)} texts: this CPU cannot run it. "
            "Export it in another precision, or for another runtime."
        )
    return vectors


def _is_memory(error: Exception) -> bool:
    """Tell whether a runtime, which has no exception of its own for it, says that memory was not enough."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(word in said for word in _SAID_AS_MEMORY)


def graph_digests(folder: Path, runtime: Runtime) -> dict[str, str]:
    """SHA-256 of every file of a graph, by name."""
    digests = {}
    for name in RUNTIMES[runtime].files:
        with (folder / name).open("rb") as file:
            digest = hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
        digests[name] = digest.hexdigest()
    return digests


def refuse_tampered(folder: Path, runtime: Runtime, expected: Any) -> None:
    """Refuse a graph that is not the one its configuration was written for.

    Raises:
        AdapterFormatError: A file is missing or has another digest.
    """
    try:
        found = graph_digests(folder, runtime)
    except OSError as error:
        raise AdapterFormatError(f"{error.filename} cannot be read: {error.strerror}. Export it again.") from error
    for name, digest in found.items():
        known = expected.get(name) if isinstance(expected, Mapping) else None
        if known != digest:
            raise AdapterFormatError(
                f"{folder / name} is damaged or was changed: its SHA-256 is {digest}, config.json says {known}. "
                "Export or download it again."
            )
