"""One resolver for all model weights."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from codequest.arguments import did_you_mean_path, path_given
from codequest.errors import ModelFormatError, WeightsNotFoundError
from codequest.files import folder_named
from codequest.weights.known import known_models
from codequest.weights.packages import KNOWN_PACKAGES, find_package, sha256_of

Place = Literal["folder", "package", "hub"]

_MODEL_FILES = ["*.json", "*.txt", "*.model", "*.safetensors", "*/*.json", "*/*.safetensors"]
_DECISIVE_FILES = (
    "config.json",
    "modules.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "sentencepiece.bpe.model",
    "spiece.model",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
)
_OTHER_RUNTIMES = ["onnx/*", "openvino/*"]
_REVISION = re.compile(r"[\w+-][\w.+-]*(/[\w+-][\w.+-]*)*")  # as git writes it: no way out of the hub's cache folder


@dataclass(frozen=True, slots=True)
class WeightSource:
    """A model folder on this machine, and the identity of the model.

    Attributes:
        folder: Holds config, tokenizer and ``model.safetensors``.
        model_id: Public id; the folder's name for a private model.
        revision: Commit of the public model; ``sha256:…`` of weights, configuration and tokenizer of a private one.
        found_in: Place where it was found.
    """

    folder: Path
    model_id: str
    revision: str | None
    found_in: Place

    @property
    def reference(self) -> str:
        """Name by which `locate` finds the same weights: the public id, or the path of a private folder."""
        known = self.found_in != "folder" or self.model_id in KNOWN_PACKAGES
        return self.model_id if known else str(self.folder)


def resolve(name: str, *, revision: str | None = None) -> Path:
    """The local folder that holds a model: see `locate`."""
    return locate(name, revision=revision).folder


def locate(name: str, *, revision: str | None = None, allow_code: bool = False) -> WeightSource:
    """Find a model: a folder, or an installed weight package, or the Hugging Face hub.

    Args:
        name: Path of a folder or public id; see `find_folder` for what may be both.
        revision: Commit, tag or branch; a pinned commit for the models codequest knows.
        allow_code: Also fetch the model's own Python code; only for ``trust_remote_code``.

    Returns:
        The folder and its identity.

    Raises:
        WeightsNotFoundError: It is nowhere; lists where it was looked for and what would fix it.
        WeightsCorruptError: The weights do not have the published checksum.
        ModelFormatError: The folder is no model folder.
    """
    place = path_given(name, "The name of a model")
    folder = find_folder(name)
    if folder is not None:
        return _from_folder(folder)
    if os.path.isfile(place):  # which refuses no path, however long
        raise ModelFormatError(f"{place} is a file; a model is a folder, with config.json and its weights. Give that.")
    if name.startswith((".", "~", "/")):
        raise WeightsNotFoundError(
            f"No weights for {name!r}: there is no such folder. Give that of a model, or the public id of one."
            f"{did_you_mean_path(place)}"
        )
    package = KNOWN_PACKAGES.get(name)
    if package is not None and revision in (None, package.revision):
        revision = package.revision
        installed = find_package(package)
        if installed is not None:
            return WeightSource(installed, name, revision, "package")
    return _from_hub(name, revision, allow_code)


def find_folder(name: str) -> Path | None:
    """The folder that the name of a model stands for; None for a public id.

    The id of a model that codequest knows is never a folder, whatever lies in the working directory: a folder of that
    name is written as a path, ``./sentence-transformers/all-MiniLM-L6-v2``. Any other name is a folder where there is
    one, as in transformers.
    """
    return None if _is_known(name) else folder_named(name)


def _is_known(name: str) -> bool:
    return name in KNOWN_PACKAGES or name in known_models()


def _from_folder(folder: Path) -> WeightSource:
    if not (folder / "config.json").is_file():
        raise ModelFormatError(
            f"{folder} has no config.json, so it is not a model folder. Give the folder that has it."
        )
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise ModelFormatError(
            f"{folder} has no .safetensors file. Other weight formats can run code when opened and are not read; "
            "convert the model with save_pretrained()."
        )
    nested = sorted(folder.glob("*/*.safetensors"))
    for package in KNOWN_PACKAGES.values():
        if not nested and [sha256_of(path) for path in weights] == [package.sha256]:
            return WeightSource(folder, package.model_id, package.revision, "folder")
    return WeightSource(folder, folder.name, f"sha256:{_identity(folder, [*weights, *nested])}", "folder")


def _identity(folder: Path, weights: Sequence[Path]) -> str:
    """16 hexadecimal digits over everything that decides a model's vectors: weights, tokenizer and modules."""
    others = [folder / name for name in _DECISIVE_FILES]
    found = [path for path in (*weights, *others) if path.is_file()]
    named = "".join(f"{path.relative_to(folder).as_posix()} {sha256_of(path)}\n" for path in found)
    return hashlib.sha256(named.encode()).hexdigest()[:16]


def _from_hub(name: str, revision: str | None, allow_code: bool) -> WeightSource:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    if revision is not None and not _REVISION.fullmatch(revision):
        raise _not_found(name, revision, ValueError(f"{revision!r} is no commit, tag or branch"))
    patterns = [*_MODEL_FILES, *(["*.py"] if allow_code else [])]
    problem: Exception | None = None
    partial: WeightSource | None = None  # another library may have fetched the weights without saying how to pool
    for local in (True, False):
        try:
            found = Path(
                snapshot_download(
                    name,
                    revision=revision,
                    allow_patterns=patterns,
                    ignore_patterns=_OTHER_RUNTIMES,
                    local_files_only=local,
                )
            )
        except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
            problem = error
            continue
        if (found / "config.json").is_file() and any(found.glob("*.safetensors")):
            partial = WeightSource(found, name, found.name, "hub")
            if not local or (found / "modules.json").is_file():
                return partial
        else:
            problem = ModelFormatError("its files there include no config.json with .safetensors weights")
    if partial is not None:
        return partial
    raise _not_found(name, revision, problem)


def hub_reason(error: Exception) -> str:
    """What the client of the Hugging Face hub says of a repository that it did not give, in one line."""
    from huggingface_hub import constants
    from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled

    said = str(error).strip().splitlines()
    if constants.HF_HUB_OFFLINE and isinstance(error, (LocalEntryNotFoundError, OfflineModeIsEnabled)):
        return "HF_HUB_OFFLINE is set"
    return said[0].rstrip(".") if said else type(error).__name__


def _not_found(name: str, revision: str | None, problem: Exception | None) -> WeightsNotFoundError:
    package = KNOWN_PACKAGES.get(name)
    reason = "nothing was asked" if problem is None else hub_reason(problem)
    looked = [] if _is_known(name) else [f"a folder: {name} does not exist"]
    fixes = [
        f"hf download {name}" + (f" --revision {revision}" if revision else ""),
        "or give the path of a model folder" + (f", such as ./{name}" if _is_known(name) else ""),
    ]
    if package is not None and revision in (None, package.revision):
        looked.append(f"weight packages: {', '.join(package.distributions)} are not all installed")
        fixes.insert(0, package.install_command)
    looked.append(f"the Hugging Face hub and its cache, revision {revision or 'main'}: {reason}")
    return WeightsNotFoundError(
        f"No weights for {name!r}. Looked for " + "; ".join(looked) + ". To fix it: " + "; ".join(fixes) + "."
    )
