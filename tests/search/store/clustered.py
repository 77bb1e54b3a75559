"""Vectors that spread as those of models do: most of it in few directions, and around a mean."""

import numpy as np

from codequest.space import Vectors, normalized


def clustered(chance: np.random.Generator, rows: int, dim: int) -> Vectors:
    """Unit vectors by chance, (rows, dim)."""
    directions = chance.standard_normal((32, dim))
    vectors = chance.standard_normal((rows, 32)) @ directions + 0.5 * chance.standard_normal((rows, dim)) + 3.0
    return normalized(vectors.astype(np.float32))
