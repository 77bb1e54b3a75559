from __future__ import annotations

from pathlib import Path

import pytest

from codequest.encoders import StaticQueryEncoder
from tests.encoders.conftest import build_static, disturb


@pytest.fixture
def encoder(tiny_base: Path, wide_teacher: Path) -> StaticQueryEncoder:
    encoder = build_static(tiny_base, wide_teacher)
    disturb(encoder)
    return encoder
