"""An encoder that every integration can load."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.encoders.conftest import build_static, disturb


@pytest.fixture(scope="session")
def static_folder(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path, tiny_teacher: Path) -> Path:
    encoder = build_static(tiny_base, tiny_teacher)
    disturb(encoder)
    return encoder.save_pretrained(tmp_path_factory.mktemp("adapters") / "tiny-static")
