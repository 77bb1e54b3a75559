"""Weights of an adapter folder: model.safetensors, read and compared with what the configuration asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy.typing as npt

from codequest.adapters.folder import TENSORS_FILE
from codequest.errors import AdapterFormatError
from codequest.json_files import refuse_irregular

if TYPE_CHECKING:
    from torch import Tensor

_Loaded = TypeVar("_Loaded")


def read_tensors(folder: Path) -> dict[str, Tensor]:
    """Read model.safetensors of an adapter folder.

    Raises:
        AdapterFormatError: Missing, truncated or damaged.
    """
    from safetensors.torch import load_file

    return _read(folder, load_file)


def read_arrays(folder: Path) -> dict[str, npt.NDArray[Any]]:
    """`read_tensors` without torch: as numpy arrays, which have no bf16.

    Raises:
        AdapterFormatError: Missing, truncated or damaged.
    """
    from safetensors.numpy import load_file

    def load(path: Path) -> dict[str, npt.NDArray[Any]]:
        arrays = load_file(path)
        odd = sorted(name for name, array in arrays.items() if array.dtype.kind not in "biuf")
        if odd:  # where a package that is imported has taught numpy bf16
            raise ValueError(f"{odd[0]} is {arrays[odd[0]].dtype}, which numpy does not have")
        return arrays

    return _read(folder, load)


def _read(folder: Path, load: Callable[[Path], _Loaded]) -> _Loaded:
    path = folder / TENSORS_FILE
    try:
        refuse_irregular(path)
        return load(path)
    except FileNotFoundError as error:
        raise AdapterFormatError(f"{folder} has no {TENSORS_FILE}. Save or download the adapter again.") from error
    except Exception as error:  # its own, or of numpy and torch for formats and shapes that they do not have
        raise AdapterFormatError(f"{path} is truncated or damaged: {error}. Save or download it again.") from error


def tensor_shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Shape of every tensor in model.safetensors, by name; the tensors are not read.

    Raises:
        AdapterFormatError: Missing, truncated or damaged.
    """
    from safetensors import safe_open

    def shapes(path: Path) -> dict[str, tuple[int, ...]]:
        with safe_open(path, framework="numpy") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118  no mapping

    return _read(folder, shapes)


def check_names(
    tensors: Mapping[str, Any], expected: Iterable[str], folder: Path, *, cause: str = "config.json edited"
) -> None:
    """Refuse weights whose names are not those that the configuration asks for.

    Args:
        tensors: The weights that were read, by name.
        expected: The names that they should have.
        folder: Adapter folder.
        cause: What may have been done to it.

    Raises:
        AdapterFormatError: A tensor is missing or left over.
    """
    missing, left_over = sorted(set(expected) - set(tensors)), sorted(set(tensors) - set(expected))
    if missing or left_over:
        raise AdapterFormatError(
            f"The weights in {folder} are not those of its configuration: missing {missing[:3]}, unknown "
            f"{left_over[:3]}. Was {cause}?"
        )
