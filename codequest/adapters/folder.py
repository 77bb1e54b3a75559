"""The adapter folder: config.json, model.safetensors and a card, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from codequest.adapters.reference_vectors import REFERENCE_FILE, ReferenceVectors
from codequest.errors import AdapterFormatError, AdapterWriteError, CodequestError
from codequest.files import followed, put_back, replace_folder
from codequest.runtimes.readers import TOKENIZER_FILE
from codequest.runtimes.table import RUNTIMES
from codequest.space import EmbeddingSpace

if TYPE_CHECKING:
    from torch import Tensor

_Loaded = TypeVar("_Loaded")

FORMAT_VERSION = 1
CONFIG_FILE = "config.json"
TENSORS_FILE = "model.safetensors"
CARD_FILE = "README.md"
SOURCE_FILE = "codequest.json"
"""In a folder that another library loads: the configuration of the encoder it was made from."""

_GRAPHS = [name for row in RUNTIMES.values() for name in row.files]
ADAPTER_FILES = (CONFIG_FILE, TENSORS_FILE, CARD_FILE, REFERENCE_FILE, TOKENIZER_FILE, *_GRAPHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterConfig:
    """Contents of config.json of an adapter folder.

    Attributes:
        kind: Kind of the encoder, which decides its class.
        space: The teacher's space its vectors lie in.
        encoder: Settings that the encoder class needs to rebuild itself.
        training: Description of its training.
        metrics: Measurements of it.
        reference_vectors: A few vectors of its teacher, kept in a file of their own.
    """

    kind: str
    space: EmbeddingSpace
    encoder: Mapping[str, Any]
    training: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    reference_vectors: ReferenceVectors | None = field(default=None, compare=False)

    def to_json(self) -> str:
        """The file's text: sorted keys, indented."""
        values = {
            "format_version": FORMAT_VERSION,
            "codequest_version": metadata.version("codequest"),
            "kind": self.kind,
            "space": self.space.to_dict(),
            "encoder": dict(self.encoder),
            "training": dict(self.training),
            "metrics": dict(self.metrics),
        }
        return json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write_adapter(
    folder: str | Path,
    config: AdapterConfig,
    tensors: Mapping[str, Tensor] | Mapping[str, npt.NDArray[Any]],
    card: str,
    *,
    files: Mapping[str, bytes | memoryview] | None = None,
) -> Path:
    """Write an adapter folder next to its final name, then rename it.

    Args:
        folder: Final name; an adapter already there is replaced.
        config: Contents of config.json.
        tensors: The trained weights, all of torch or all of numpy.
        card: Contents of README.md.
        files: Contents of further files by name, such as a tokenizer.

    Returns:
        The folder.

    Raises:
        AdapterWriteError: No permission, no space, or something else is there; nothing was changed.
    """
    contents = {CONFIG_FILE: config.to_json().encode(), CARD_FILE: card.encode(), **(files or {})}
    if config.reference_vectors is not None:
        contents[REFERENCE_FILE] = config.reference_vectors.to_bytes()
    if tensors:
        contents[TENSORS_FILE] = _serialized(tensors)

    def fill(work: Path) -> None:
        for name, content in contents.items():
            (work / name).write_bytes(content)

    return write_folder(folder, fill)


def write_folder(folder: str | Path, fill: Callable[[Path], None]) -> Path:
    """Write a folder as `write_adapter` does, with whatever `fill` writes into the folder it is given.

    Raises:
        AdapterWriteError: No permission, no space, or something else is there; nothing was changed.
    """
    final = check_destination(folder)
    try:
        replace_folder(final, fill)
    except OSError as error:
        if isinstance(error, CodequestError):  # such as a missing dependency of what fills it
            raise
        raise AdapterWriteError(
            f"Could not write the adapter to {final}: {error.strerror or error}. Nothing was changed there. "
            "Choose a folder with write permission and enough space."
        ) from error
    return final


def _serialized(tensors: Mapping[str, Any]) -> bytes:
    """The tensors in the safetensors format; torch is imported for its own tensors only."""
    if all(isinstance(tensor, np.ndarray) for tensor in tensors.values()):
        from safetensors.numpy import save as save_arrays

        return save_arrays({name: np.ascontiguousarray(array) for name, array in tensors.items()})
    from safetensors.torch import save

    return save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()})


def read_config(folder: Path) -> AdapterConfig:
    """Read and check config.json of an adapter folder.

    Raises:
        AdapterFormatError: Missing, no JSON, of another format version, or incomplete; or the folder is for another
            library.
    """
    path = folder / CONFIG_FILE
    if (folder / SOURCE_FILE).is_file():
        raise AdapterFormatError(
            f"{folder} was exported for sentence-transformers. Load it with SentenceTransformer({str(folder)!r}), or "
            "the adapter it was made from with QueryEncoder.from_pretrained()."
        )
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise AdapterFormatError(f"{folder} is no adapter: it has no {CONFIG_FILE}.") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise AdapterFormatError(f"{path} holds no JSON ({error}). Save or download the adapter again.") from error
    if not isinstance(values, dict) or "format_version" not in values:
        raise AdapterFormatError(
            f"{path} is not the configuration of a codequest adapter: it has no format_version. "
            "For a teacher or base model use load_teacher() or create()."
        )
    if values["format_version"] != FORMAT_VERSION:
        raise AdapterFormatError(
            f"{path} has format version {values['format_version']!r}; this codequest reads {FORMAT_VERSION}. "
            "Update codequest, or train the adapter again."
        )
    reference_vectors = ReferenceVectors.read(folder)
    try:
        return AdapterConfig(
            kind=values["kind"],
            space=EmbeddingSpace.from_dict(values["space"]),
            encoder=dict(values["encoder"]),
            training=dict(values.get("training", {})),
            metrics=dict(values.get("metrics", {})),
            reference_vectors=reference_vectors,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AdapterFormatError(f"{path} is incomplete: {error}. Save or download the adapter again.") from error


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

    return _read(folder, load_file)


def _read(folder: Path, load: Callable[[Path], dict[str, _Loaded]]) -> dict[str, _Loaded]:
    from safetensors import SafetensorError

    path = folder / TENSORS_FILE
    try:
        return load(path)
    except FileNotFoundError as error:
        raise AdapterFormatError(f"{folder} has no {TENSORS_FILE}. Save or download the adapter again.") from error
    except (SafetensorError, OSError, KeyError, TypeError) as error:  # the last two: a number format numpy lacks
        raise AdapterFormatError(f"{path} is truncated or damaged: {error}. Save or download it again.") from error


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


def check_destination(folder: str | Path) -> Path:
    """Refuse a folder that `write_adapter` would refuse, before hours of training.

    Returns:
        The folder that will be written: where a link leads to.

    Raises:
        AdapterWriteError: Something that is no adapter is there, or nothing can be written there.
    """
    final = Path(folder)
    try:
        final = followed(folder)
        put_back(final)
        if final.exists() and any(final.iterdir()) and not (final / SOURCE_FILE).is_file():
            read_config(final)
        existing = next(path for path in final.parents if path.exists())
        # A new adapter is renamed to its place next to what was there, which is moved away first.
        touched = [existing, final] if final.exists() else [existing]
    except (AdapterFormatError, NotADirectoryError, IsADirectoryError) as error:
        raise AdapterWriteError(
            f"{final} exists and is not an adapter, so it is not replaced. Choose another folder or remove it."
        ) from error
    except OSError as error:
        raise AdapterWriteError(
            f"The adapter cannot be written to {final}: {error.strerror or error}. Choose another folder."
        ) from error
    for path in touched:
        if not path.is_dir() or not os.access(path, os.W_OK | os.X_OK):
            raise AdapterWriteError(
                f"{final} cannot be written: {path} is no folder with write permission. Choose another folder."
            )
    return final
