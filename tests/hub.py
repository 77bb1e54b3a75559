"""A model of the hub without the hub: a folder of a cache as huggingface_hub keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def as_if_from_the_hub(model_id: str, root: Path, patch: pytest.MonkeyPatch) -> Path:
    """Where a model of this id has to be written, so that it is found by its id at `COMMIT`."""
    patch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(root))
    repository = root / f"models--{model_id.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    folder = repository / "snapshots" / COMMIT
    folder.mkdir(parents=True)
    return folder
