"""A tiny teacher, and tiny encoders: as folders, as the frameworks and the server are given them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
os.environ["LANGCHAIN_TRACING_V2"] = "false"

from codequest.encoders import LoRAQueryEncoder, QueryEncoder
from codequest.teachers import LocalTeacher
from tests.encoders.conftest import build_static, disturb
from tests.tiny import build_model

DOCUMENTS = ["def read(path): return open(path).read()", "", "sorted(d.items(), key=lambda item: item[1])"]


@pytest.fixture(scope="session")
def teacher_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A teacher that puts a text of its own before queries and documents."""
    prompts = {"query": "search: ", "document": "the file: "}
    folder = tmp_path_factory.mktemp("models") / "prompted"
    return build_model(folder, architecture="mpnet", seed=6, hidden=48, prompts=prompts)


@pytest.fixture(scope="session")
def teacher(teacher_folder: Path) -> LocalTeacher:
    return LocalTeacher(str(teacher_folder), device="cpu")


@pytest.fixture(scope="session")
def adapter(tiny_base: Path, teacher: LocalTeacher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    encoder = LoRAQueryEncoder.create(str(tiny_base), space=teacher.space, rank=4, device="cpu")
    disturb(encoder)
    return encoder.save_pretrained(tmp_path_factory.mktemp("adapters") / "lora")


@pytest.fixture(scope="session")
def encoder(adapter: Path) -> QueryEncoder:
    return QueryEncoder.from_pretrained(adapter, device="cpu")


@pytest.fixture(scope="session")
def static_folder(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path, tiny_teacher: Path) -> Path:
    encoder = build_static(tiny_base, tiny_teacher)
    disturb(encoder)
    return encoder.save_pretrained(tmp_path_factory.mktemp("adapters") / "tiny-static")
