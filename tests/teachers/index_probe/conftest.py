from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy.typing as npt
import pytest

from codequest.teachers import LocalTeacher
from tests.teachers.index_probe.indexes import PROMPTS, TEXTS
from tests.tiny import build_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mean pooling, prompts for both sides, two dense layers as EmbeddingGemma has, 32 dimensions, 64 tokens."""
    folder = tmp_path_factory.mktemp("probe") / "model"
    return build_model(folder, seed=6, prompts=PROMPTS, dense=(48, 32), activation="Identity")


@pytest.fixture(scope="module")
def teacher(folder: Path) -> LocalTeacher:
    return LocalTeacher(str(folder), device="cpu")


@pytest.fixture(scope="module")
def index(teacher: LocalTeacher) -> npt.NDArray[Any]:
    return teacher.encode_documents(TEXTS)
