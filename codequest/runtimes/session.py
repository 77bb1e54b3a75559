"""GraphSession: a graph that is ready to run, whichever runtime runs it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from codequest.digests import file_digest
from codequest.errors import AdapterFormatError, InvalidInputError, PrecisionNotSupportedError
from codequest.machine import threads
from codequest.runtimes.table import RUNTIMES, GraphPrecision, ReducedPrecision, Runtime
from codequest.space import Vectors

if TYPE_CHECKING:
    from torch import nn
    from torch.export import ExportedProgram

    from codequest.runtimes.reduction import Reduction

Tokens = npt.NDArray[np.int64]
"""Token ids or attention masks, (batch, tokens)."""

INPUTS = ("input_ids", "attention_mask")
OUTPUT = "vectors"
"""Names of the inputs and the output of every graph."""


class Port(NamedTuple):
    """An input or an output of a graph.

    Attributes:
        name: Its name.
        numbers: Name of numpy's type of its numbers, as far as graphs here have them; otherwise the runtime's name.
        dims: Its dimensions; None where any number may come.
    """

    name: str
    numbers: str
    dims: tuple[int | None, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.numbers} ({', '.join('any' if dim is None else str(dim) for dim in self.dims)})"


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

    @abstractmethod
    def ports(self) -> tuple[list[Port], list[Port]]:
        """Inputs and outputs of the graph."""

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


_MOST_AT_ONCE = 16  # batches: each needs memory

_streams: ContextVar[int] = ContextVar("_streams", default=1)


def batch_per_core() -> int:
    """Number of batches to run at once where there are many of them: one on each core."""
    return min(threads(), _MOST_AT_ONCE)


@contextmanager
def batches_at_once(count: int) -> Iterator[None]:
    """Sessions that are opened inside run so many batches at once, if they are given them by as many threads.

    Where one batch is shared out among all cores, every layer of it waits for the slowest of them: a single other
    process on one of two cores halves the speed of both, and one of higher priority stops them. Batches of their own
    wait for nothing, and let the system move their threads to where a core is free.
    """
    token = _streams.set(count)
    try:
        yield
    finally:
        _streams.reset(token)


def streams() -> int:
    """Number of batches that a session that is opened now should run at once."""
    return _streams.get()


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


def open_session(folder: Path, runtime: Runtime, precision: GraphPrecision, *, dim: int | None = None) -> GraphSession:
    """Load the graph of a folder; see `GraphSession` for what is refused.

    Args:
        folder: Holds the graph's files.
        runtime: What runs it.
        precision: What it was written in.
        dim: Length of the vectors that are expected of it; None for any.

    Raises:
        AdapterFormatError: It takes or gives something else than token ids, mask and vectors of this length.
    """
    session = RUNTIMES[runtime].load()(folder, precision)
    try:
        inputs, outputs = session.ports()
    except UnicodeDecodeError as error:
        raise AdapterFormatError(f"The graph in {folder} has names that are no text. Export it again.") from error
    wanted = [Port(name, "int64", (None, None)) for name in INPUTS]
    if sorted(map(str, inputs)) != sorted(map(str, wanted)) or len(outputs) != 1 or not _fits(outputs[0], dim):
        raise AdapterFormatError(
            f"The graph in {folder} takes {_listed(inputs)} and gives {_listed(outputs)}; expected "
            f"{_listed(wanted)}, and {Port(OUTPUT, 'float32', (None, dim))}. Export it again."
        )
    return session


def _fits(output: Port, dim: int | None) -> bool:
    """Tell whether an output may be vectors of this length; where the graph does not say it, they are checked later."""
    if output[:2] != (OUTPUT, "float32") or len(output.dims) != 2 or output.dims[0] is not None:
        return False
    return dim is None or output.dims[1] in (None, dim)


def _listed(ports: Sequence[Port]) -> str:
    return ", ".join(map(str, ports[:8])) or "nothing"


def run_split(session: GraphSession, input_ids: Tokens, attention_mask: Tokens) -> Vectors:
    """Run a batch, in halves where the whole does not fit into memory.

    Raises:
        MemoryError: Not even one row fits.
        PrecisionNotSupportedError: This CPU does not run the graph.
        AdapterFormatError: Nothing runs it: it does not fit its tokenizer, say.
    """
    try:
        return _checked(session.run(input_ids, attention_mask), input_ids)
    except (MemoryError, RuntimeError) as error:
        if not _is_memory(error):
            raise AdapterFormatError(f"{str(error).rstrip('.')}. Was a file replaced? Export it again.") from error
        if len(input_ids) == 1:
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
    return {name: file_digest(folder / name) for name in RUNTIMES[runtime].files}


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
