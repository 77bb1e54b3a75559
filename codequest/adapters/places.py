"""Places of adapters: folders, those that come with codequest, the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

from codequest.adapters.folder import ADAPTER_FILES, CONFIG_FILE
from codequest.errors import AdapterFormatError, AdapterWriteError
from codequest.files import put_back

_SHIPPED = Path(__file__).parents[1] / "pretrained"


def shipped_adapters() -> list[str]:
    """Names of the adapters that come with codequest, sorted."""
    return sorted(path.parent.name for path in _SHIPPED.glob(f"*/{CONFIG_FILE}"))


def find_adapter(name: str | Path, *, revision: str | None = None) -> Path:
    """The local folder of an adapter: a folder, one that comes with codequest, or a repository on the hub.

    Raises:
        AdapterFormatError: There is none of that name; names the places that were searched.
    """
    folder = Path(name).expanduser()
    put_back(folder)
    if folder.is_dir():
        return folder.resolve()
    if str(name) in shipped_adapters():
        return _SHIPPED / str(name)
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(str(name), revision=revision, allow_patterns=[*ADAPTER_FILES]))
    except Exception as error:  # its HTTP library raises errors of its own, and is another one in each major version
        reason = _reason(error)
        raise AdapterFormatError(
            f"No adapter {str(name)!r}: {folder} is no folder, and the Hugging Face hub gave none ({reason}). "
            "Give the folder that save_pretrained() wrote, a repository id such as user/name, or one of the adapters "
            f"that come with codequest: {', '.join(shipped_adapters()) or 'none'}."
        ) from error


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
            f"Could not upload the adapter to {repo_id!r}: {_reason(error)}. Log in with: hf auth login"
        ) from error


def _reason(error: Exception) -> str:
    """The first line of what an error says."""
    said = str(error).strip()
    return said.splitlines()[0] if said else type(error).__name__
