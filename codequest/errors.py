"""Every exception and warning of codequest, and the checks for dependencies that may not be installed.

Each class also inherits the built-in a caller would naturally catch.
"""

from __future__ import annotations

import importlib
import importlib.util
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

LIGHT = "codequest-light"
"""The distribution of this package without torch."""

WITH_TORCH = frozenset({"torch", "transformers", "peft", "bitsandbytes"})
"""Packages that `LIGHT` leaves out and that only its extra ``torch`` brings."""


class CodequestError(Exception):
    """Base of every error that codequest raises on purpose."""


class InvalidInputError(CodequestError, ValueError):
    """A text, vector or argument that cannot be used."""


class SpaceMismatchError(CodequestError, ValueError):
    """Vectors, encoders or teachers of two different spaces were mixed."""


class WeightsNotFoundError(CodequestError, FileNotFoundError):
    """Model weights are neither on this machine nor downloadable."""


class WeightsCorruptError(CodequestError, ValueError):
    """Model weights do not have the published checksum."""


class ModelFormatError(CodequestError, ValueError):
    """A model folder lacks, or contradicts, what is needed to embed with it."""


class AdapterFormatError(CodequestError, ValueError):
    """An adapter folder cannot be read: wrong kind, version, or damaged."""


class ForkError(CodequestError, RuntimeError):
    """A process was forked after its parent had computed with threads, which it lacks."""


class AdapterWriteError(CodequestError, OSError):
    """An adapter folder could not be written; nothing was left half-written."""


class PrecisionNotSupportedError(CodequestError, ValueError):
    """This device cannot run the requested precision."""


class ParityError(CodequestError, ValueError):
    """An exported graph does not give the vectors of its encoder."""


class TeacherError(CodequestError, RuntimeError):
    """A teacher could not produce the vectors that were asked of it."""


class CacheCorruptError(TeacherError):
    """The vector cache on disk is truncated or damaged."""


class DatasetError(CodequestError, ValueError):
    """A dataset is missing, malformed or contradicts itself."""


class CorpusError(CodequestError, RuntimeError):
    """A corpus cannot be embedded into a folder; the shards that are finished are kept."""


class UnsafePathError(CodequestError, OSError):
    """A path that leads out of its folder, over a link, or to what is no file."""


class GitError(CodequestError, RuntimeError):
    """Git refuses to read a folder, or would have to leave it."""


class CodeIndexError(CodequestError, RuntimeError):
    """A code index cannot be made, read or written."""


class IndexNotFoundError(CodeIndexError, FileNotFoundError):
    """A folder has no code index."""


class ForeignIndexError(IndexNotFoundError):
    """A code index that this user has not made, which is not read."""


class OlderIndexError(CodeIndexError):
    """A code index that an earlier codequest has made: another index run makes it anew."""


class BackgroundRunError(CodeIndexError):
    """A run in the background cannot begin, because there is one already or its process ended."""


class AnswerError(CodequestError, RuntimeError):
    """A language model could not be asked, or did not answer.

    Attributes:
        partial: What it had said until then.
    """

    partial: str = ""


class BenchmarkError(CodequestError, RuntimeError):
    """A competitor of a benchmark died in its process, or cannot be measured."""


class TrainingError(CodequestError, RuntimeError):
    """Training cannot start or go on."""


class MissingDependencyError(CodequestError, ImportError):
    """A dependency is not installed."""


class BrokenDependencyError(CodequestError, ImportError):
    """A dependency is installed and cannot be imported."""


class CodequestWarning(UserWarning):
    """Base of every warning that codequest gives."""


def is_panic(error: BaseException) -> bool:
    """Tell whether a library written in Rust has given up on what it was given, which Python has no exception for."""
    return type(error).__name__ == "PanicException"


@contextmanager
def panics_raise(error: Callable[[str], CodequestError], message: str) -> Iterator[None]:
    """Raise an error of codequest where a library written in Rust gives up.

    Args:
        error: Class of what is raised.
        message: What cannot be done and what to do; ``{}`` stands for what the library says.
    """
    try:
        yield
    except BaseException as problem:
        if not is_panic(problem):
            raise
        raise error(message.format(problem)) from problem


def require(module: str, *, extra: str) -> ModuleType:
    """Import an optional dependency.

    Args:
        module: Import name, such as ``"ir_measures"``.
        extra: The codequest extra that installs it.

    Returns:
        The imported module.

    Raises:
        MissingDependencyError: The module is not installed; names the command that installs it.
        BrokenDependencyError: It is installed and cannot be imported; says why, and how to repair it.
    """
    try:
        return importlib.import_module(module)
    except Exception as error:  # a damaged package may raise anything
        raise _failed_import(module, extra, error) from error


@contextmanager
def needs_torch() -> Iterator[None]:
    """Say what to do where torch, or what comes with it, cannot be imported.

    Raises:
        MissingDependencyError: One of `WITH_TORCH` is not installed.
        BrokenDependencyError: One of them is installed and cannot be imported.
    """
    try:
        yield
    except (ImportError, OSError) as error:  # OSError where one of its shared libraries is missing
        package = _torch_package(error)
        if package is None or isinstance(error, CodequestError):
            raise
        raise _failed_import(package, "torch", error) from error


def has_torch() -> bool:
    """Tell whether torch is installed, without importing it."""
    return _is_there("torch")


def distribution_name() -> str:
    """Name that codequest is installed by: ``codequest``, or ``codequest-light``, which comes without torch."""
    from importlib import metadata

    try:
        metadata.distribution(LIGHT)
    except metadata.PackageNotFoundError:
        return "codequest"
    return LIGHT


def _failed_import(module: str, extra: str, error: Exception) -> CodequestError:
    if not _is_there(module):
        return MissingDependencyError(
            f"{module!r} is needed here and is not installed. "
            f"Install it with: pip install '{distribution_name()}[{extra}]'"
        )
    from importlib import metadata

    package = _top(module)
    says = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    owners = sorted(set(metadata.packages_distributions().get(package, ())))
    again = owners[0] if len(owners) == 1 else f"'{distribution_name()}[{extra}]'"
    return BrokenDependencyError(
        f"{package!r} is needed here, is installed and cannot be imported: {says.rstrip('.')}. "
        f"Install what this names, or the package again: pip install --force-reinstall {again}"
    )


def _torch_package(error: ImportError | OSError) -> str | None:
    """The one of `WITH_TORCH` that an error says is missing, or whose import it came out of."""
    modules = (
        frame.f_globals.get("__name__", "")
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_name == "<module>"
    )
    named = (getattr(error, "name", None) or "", *modules)
    return next((package for package in map(_top, named) if package in WITH_TORCH), None)


def _is_there(module: str) -> bool:
    """Tell whether the package of a module is installed, in whatever state, without importing it."""
    spec = importlib.util.find_spec(_top(module))
    if spec is not None and spec.origin is None:  # a namespace, in which every part is a package of its own
        spec = importlib.util.find_spec(module)
    return spec is not None


def _top(module: str) -> str:
    return module.partition(".")[0]
