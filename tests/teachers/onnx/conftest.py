"""A model as others publish it in ONNX."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.teachers.onnx.export import export_model


@pytest.fixture(scope="module")
def published(prompted_teacher: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with prompts, by mean, as a graph of its token states."""
    return export_model(prompted_teacher, tmp_path_factory.mktemp("onnx") / "published")


@pytest.fixture
def bare(published: Path, tmp_path: Path) -> Path:
    """The same with nothing but graph and tokenizer, as most are published."""
    folder = tmp_path / "bare"
    (folder / "onnx").mkdir(parents=True)
    for name in ("onnx/model.onnx", "tokenizer.json", "tokenizer_config.json", "config.json"):
        shutil.copy(published / name, folder / name)
    return folder
