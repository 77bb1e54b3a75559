"""Teachers that may become graphs, and what is kept of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from codequest.backbone.precision import runs
from codequest.files import cache_root
from codequest.runtimes import Parity
from codequest.teachers import LocalTeacher
from tests.tiny import QUERIES

needs_bf16 = pytest.mark.skipif(
    not runs("bf16", torch.device("cpu")), reason="this CPU does not multiply in bf16, and torch is not given it"
)

POOR = Parity(cosine=0.91, worst=0.5, overlap=0.4)


def auto(folder: Path) -> LocalTeacher:
    return LocalTeacher(str(folder), precision="auto", device="cpu")


def kept_graphs() -> list[Path]:
    """Everything in the folder of graphs."""
    return sorted((cache_root() / "graphs").iterdir()) if (cache_root() / "graphs").is_dir() else []


def assert_torch_vectors(teacher: LocalTeacher, folder: Path) -> None:
    expected = LocalTeacher(str(folder), device="cpu")
    np.testing.assert_allclose(teacher.encode_queries(QUERIES), expected.encode_queries(QUERIES), atol=5e-6)
