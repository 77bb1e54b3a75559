"""The adapter folder: config.json, model.safetensors and a card, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from codequest.adapters.own_vectors import OwnVectors
from codequest.adapters.reference_vectors import REFERENCE_FILE, ReferenceVectors
from codequest.arguments import path_given
from codequest.digests import file_digest
from codequest.errors import AdapterFormatError, AdapterWriteError, CodequestError, InvalidInputError
from codequest.files import followed, put_back, replace_folder
from codequest.json_files import checked, read_json
from codequest.runtimes.readers import TOKENIZER_FILE
from codequest.runtimes.table import RUNTIMES
from codequest.space import EmbeddingSpace
from codequest.version import __version__

if TYPE_CHECKING:
    from torch import Tensor

_Settings = TypeVar("_Settings")

FORMAT_VERSION = 1
CONFIG_FILE = "config.json"
TENSORS_FILE = "model.safetensors"
CARD_FILE = "README.md"
AGAIN = "Save or download the adapter again."
SOURCE_FILE = "codequest.json"
"""In a folder that another library loads: the configuration of the encoder it was made from."""

_GRAPHS = [name for row in RUNTIMES.values() for name in row.files]
_UNCOVERED = (CONFIG_FILE, CARD_FILE)
ADAPTER_FILES = (CONFIG_FILE, TENSORS_FILE, CARD_FILE, REFERENCE_FILE, TOKENIZER_FILE, *_GRAPHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contents:
    """What config.json must hold; the kind of encoder knows what its own settings are."""

    kind: Any  # a name; a wrong one is answered with those that there are
    space: dict[str, Any]
    encoder: dict[str, Any]
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    own_vectors: OwnVectors | None = None
    documents: bool = False
    files: dict[str, str] = field(default_factory=dict)


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
        own_vectors: Its own vectors of two texts, which are compared when it is loaded.
        documents: Whether the encoder was trained for documents.
        files: SHA-256 of the other files of the folder, its card left out, by name; empty in folders of old.
    """

    kind: str
    space: EmbeddingSpace
    encoder: Mapping[str, Any]
    training: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    reference_vectors: ReferenceVectors | None = field(default=None, compare=False)
    own_vectors: OwnVectors | None = field(default=None, compare=False)
    documents: bool = False
    files: Mapping[str, str] = field(default_factory=dict, compare=False)

    def settings(self, schema: type[_Settings], folder: Path) -> _Settings:
        """The settings of the encoder, checked.

        Args:
            schema: A dataclass with the settings that its class reads, and their types.
            folder: Adapter folder.

        Raises:
            AdapterFormatError: A setting is missing or of another type; says which.
        """
        return checked(dict(self.encoder), schema, f"encoder in {folder / CONFIG_FILE}", AdapterFormatError, AGAIN)

    def to_json(self) -> str:
        """The file's text: sorted keys, indented."""
        values: dict[str, Any] = {
            "format_version": FORMAT_VERSION,
            "codequest_version": __version__,
            "kind": self.kind,
            "space": self.space.to_dict(),
            "encoder": dict(self.encoder),
            "training": dict(self.training),
            "metrics": dict(self.metrics),
        }
        if self.own_vectors is not None:
            values["own_vectors"] = self.own_vectors.to_dict()
        if self.documents:
            values["documents"] = True
        if self.files:
            values["files"] = dict(self.files)
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
    contents = dict(files or {})
    if config.reference_vectors is not None:
        contents[REFERENCE_FILE] = config.reference_vectors.to_bytes()
    if tensors:
        contents[TENSORS_FILE] = _serialized(tensors)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    contents |= {CONFIG_FILE: replace(config, files=digests).to_json().encode(), CARD_FILE: card.encode()}

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

    Keys that this version does not know are left out, except in the space: one more there makes it another space.

    Raises:
        AdapterFormatError: Missing, no JSON, of another format version, or with a missing or wrong value; or the folder
            is for another library.
    """
    path = folder / CONFIG_FILE
    if (folder / SOURCE_FILE).is_file():
        raise AdapterFormatError(
            f"{folder} was exported for sentence-transformers. Load it with SentenceTransformer({str(folder)!r}), or "
            "the adapter it was made from with QueryEncoder.from_pretrained()."
        )
    if not os.path.lexists(path):
        raise AdapterFormatError(
            f"{folder} is no adapter: it has no {CONFIG_FILE}. Give one that save_pretrained() or export() wrote."
        )
    values: Any = read_json(path, object, error=AdapterFormatError, remedy=AGAIN)
    if not isinstance(values, dict) or "format_version" not in values:
        raise AdapterFormatError(
            f"{path} is not the configuration of a codequest adapter: it has no format_version. "
            "For a teacher or base model use load_teacher() or create()."
        )
    if values["format_version"] != FORMAT_VERSION:
        raise AdapterFormatError(
            f"{path} has format version {values['format_version']!r:.40}; this codequest reads {FORMAT_VERSION}. "
            "Update codequest, or train the adapter again."
        )
    kept = checked(values, _Contents, str(path), AdapterFormatError, AGAIN)
    try:
        space = EmbeddingSpace.from_dict(kept.space)
    except InvalidInputError as error:
        raise AdapterFormatError(f"{path} is malformed: {error} {AGAIN}") from error
    return AdapterConfig(
        kind=kept.kind,
        space=space,
        encoder=kept.encoder,
        training=kept.training,
        metrics=kept.metrics,
        reference_vectors=ReferenceVectors.read(folder),
        own_vectors=kept.own_vectors,
        documents=kept.documents,
        files=kept.files,
    )


def refuse_changed(folder: Path, config: AdapterConfig) -> None:
    """Refuse files that are not those that the configuration was written with; a folder of old names none.

    What other tools put into a folder, and its card, may be anything.

    Raises:
        AdapterFormatError: A file is missing, was changed, or is one of an adapter's and has no digest.
    """
    if not config.files:
        return
    uncovered = [name for name in ADAPTER_FILES if name not in _UNCOVERED and name not in config.files]
    for name in uncovered:
        if os.path.lexists(folder / name):
            raise AdapterFormatError(f"{folder / name} is none of the files that {CONFIG_FILE} names. {AGAIN}")
    for name, expected in config.files.items():
        if Path(name).name != name:
            raise AdapterFormatError(f"{folder / CONFIG_FILE} names {name!r:.80}, which is no file of it. {AGAIN}")
        try:
            found = file_digest(folder / name)
        except OSError as error:
            raise AdapterFormatError(f"{folder / name} cannot be read: {error.strerror}. {AGAIN}") from error
        if found != expected:
            raise AdapterFormatError(
                f"{folder / name} is damaged or was changed: its SHA-256 is {found}, {CONFIG_FILE} says "
                f"{expected:.64}. {AGAIN}"
            )


def check_destination(folder: str | Path) -> Path:
    """Refuse a folder that `write_adapter` would refuse, before hours of training.

    Returns:
        The folder that will be written: where a link leads to.

    Raises:
        AdapterWriteError: Something that is no adapter is there, or nothing can be written there.
    """
    final = path_given(folder, "The folder of an adapter")
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
