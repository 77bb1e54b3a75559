"""Models built once per session; nothing is downloaded and no cache outside the session is touched."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Set before any import of huggingface_hub, which reads it once.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import pytest

from codequest.errors import has_torch


@pytest.fixture(scope="session", autouse=True)
def _small_machine() -> Iterator[None]:
    """One thread, which is fastest for tiny models, and every cache in a folder that goes away with the session."""
    if has_torch():
        import torch

        torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="codequest-tests-") as scratch, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEQUEST_CACHE", f"{scratch}/codequest")
        patch.delenv("COLUMNS", raising=False)  # which xdist sets: what commands print is as wide as in a pipe
        yield


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers: hidden 32, mean pooling, normalized."""
    from tests.tiny import build_model

    return build_model(tmp_path_factory.mktemp("models") / "tiny-base", seed=1)


@pytest.fixture(scope="session")
def tiny_teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MPNet of two layers: hidden 48, mean pooling, normalized."""
    from tests.tiny import build_model

    return build_model(tmp_path_factory.mktemp("models") / "tiny-teacher", architecture="mpnet", seed=2, hidden=48)


@pytest.fixture(scope="session")
def tiny_light(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path, tiny_teacher: Path) -> Path:
    """An adapter that embeds documents lightly into the space of the tiny teacher."""
    from tests.encoders.conftest import build_static

    encoder = build_static(tiny_base, tiny_teacher)
    return encoder.save_pretrained(tmp_path_factory.mktemp("light") / "tiny-light")


@pytest.fixture(scope="module")
def modules_of_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where the code of a folder is copied to before it runs; transformers reads it once, so it is patched there."""
    place = str(tmp_path_factory.mktemp("modules"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_MODULES_CACHE", place)
        patch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", place)
        yield
