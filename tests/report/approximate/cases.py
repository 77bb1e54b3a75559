from __future__ import annotations

import numpy as np


def unit(random: np.random.Generator, rows: int, dim: int = 16) -> np.ndarray:
    vectors = random.normal(size=(rows, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
