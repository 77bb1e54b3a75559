"""Where adapters come from and go to."""

from pathlib import Path

import pytest

from codequest.adapters import find_adapter, push_folder
from codequest.errors import AdapterFormatError, AdapterWriteError


def test_find_adapter_gives_a_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path.parent)
    assert find_adapter(tmp_path.name) == tmp_path.resolve()


@pytest.mark.parametrize("name", ["nobody/such-adapter", "./no/such/folder", "not a repository id"])
def test_find_adapter_says_where_it_looked(name: str) -> None:
    with pytest.raises(AdapterFormatError, match=r"No adapter .* is no folder, and the Hugging Face hub gave none"):
        find_adapter(name)


def test_push_folder_explains_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(AdapterWriteError, match=r"Could not upload the adapter to 'user/name': .*hf auth login"):
        push_folder(tmp_path, "user/name", private=True, message="m")
