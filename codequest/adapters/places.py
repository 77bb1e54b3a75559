"""Places of adapters: folders, those that come with codequest, the Hugging Face hub."""

from __future__ import annotations

import os
import warnings
from functools import cache
from pathlib import Path

from codequest.adapters.folder import ADAPTER_FILES, CONFIG_FILE, read_config
from codequest.arguments import did_you_mean, did_you_mean_path, path_given
from codequest.errors import AdapterFormatError, AdapterWriteError, CodequestWarning
from codequest.files import folder_named
from codequest.weights.resolver import hub_reason

_SHIPPED = Path(__file__).parents[1] / "pretrained"


def shipped_adapters() -> list[str]:
    """Names of the adapters that come with codequest, sorted."""
    return sorted(path.parent.name for path in _SHIPPED.glob(f"*/{CONFIG_FILE}"))


def find_adapter(name: str | Path, *, revision: str | None = None) -> Path:
    """The local folder of an adapter: one that comes with codequest, a folder, or a repository on the hub.

    A name of `shipped_adapters` is always that adapter, whatever lies in the working directory: a folder of that name
    is written as a path, ``./static``, or given as a `Path`. Any other name is a folder where there is one.

    Raises:
        AdapterFormatError: There is none of that name; names the places that were searched.

    Warns:
        CodequestWarning: There is also an adapter of that name in the working directory, which is not the one given.
    """
    if isinstance(name, str) and name in shipped_adapters():
        _warn_of_other(name, folder_named(f"./{name}"))
        return _SHIPPED / name
    place = path_given(name, "The name of an adapter")
    folder = folder_named(name)
    if folder is not None:
        return folder
    if os.path.isfile(place):  # which refuses no path, however long
        raise AdapterFormatError(
            f"{place} is a file; an adapter is a folder, with config.json and its weights. Give that folder."
        )
    if isinstance(name, Path) or name.startswith((".", "~", "/")):
        raise AdapterFormatError(
            f"No adapter {str(name)!r}: there is no such folder. Give the folder that save_pretrained() or an export "
            f"wrote.{did_you_mean_path(place)}"
        )
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=[*ADAPTER_FILES]))
    except Exception as error:  # its HTTP library raises errors of its own, and is another one in each major version
        reason = hub_reason(error)
        raise AdapterFormatError(
            f"No adapter {name!r}: there is no folder {name}, and the Hugging Face hub gave none ({reason}). "
            "Give the folder that save_pretrained() wrote, a repository id such as user/name, or one of the adapters "
            f"that come with codequest: {', '.join(shipped_adapters()) or 'none'}."
            f"{did_you_mean(name, shipped_adapters()) or did_you_mean_path(place)}"
        ) from error


@cache  # once, however often it is loaded
def _warn_of_other(name: str, folder: Path | None) -> None:
    if folder is None:
        return
    try:
        read_config(folder)
    except (AdapterFormatError, OSError):
        return
    says = f"{name!r} is the adapter that comes with codequest. For the one in {folder}, write ./{name}."
    warnings.warn(says, CodequestWarning, stacklevel=3)


def push_folder(folder: Path, repo_id: str, *, private: bool, message: str) -> str:
    """Upload an adapter folder to the Hugging Face hub, in one commit; files of an adapter that was there go.

    Returns:
        The address of the commit.

    Raises:
        AdapterWriteError: The hub refused it or could not be reached.
    """
    from huggingface_hub import HfApi

    api = HfApi()
    try:
        api.create_repo(repo_id, private=private, exist_ok=True)
        old = [*ADAPTER_FILES]  # of them, those that the new adapter does not have
        uploaded = api.upload_folder(repo_id=repo_id, folder_path=folder, commit_message=message, delete_patterns=old)
        return str(uploaded)
    except Exception as error:  # as in find_adapter
        raise AdapterWriteError(
            f"Could not upload the adapter to {repo_id!r}: {hub_reason(error)}. Log in with: hf auth login"
        ) from error
