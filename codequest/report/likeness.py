"""The cosine between an encoder's and the teacher's vectors of the same queries, as a distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codequest.space import Vectors, normalized

_PERCENTILES = (5, 25, 50, 75, 95)
_GRID = 256
_NARROWEST = 0.002  # of the kernel: equal cosines are a peak, not a pole


@dataclass(frozen=True, slots=True)
class Likeness:
    """Distribution of a cosine over the queries.

    Attributes:
        mean: Mean cosine.
        percentiles: Cosine by percentile: 5, 25, 50, 75 and 95.
        cosines: Where the density was estimated, rising to 1.
        density: Estimated density there; its area is 1.
    """

    mean: float
    percentiles: dict[str, float]
    cosines: tuple[float, ...]
    density: tuple[float, ...]


def measure_likeness(encoder_vectors: Vectors, teacher_vectors: Vectors) -> Likeness:
    """Density of the cosines: Gaussian kernels of Silverman's width, mirrored at 1, which no cosine exceeds.

    Args:
        encoder_vectors: (queries, dim).
        teacher_vectors: (queries, dim), of the same queries.

    Source: Silverman, Density Estimation, 1986, section 3.4.2 (width) and 2.10 (mirror).
    """
    products = (normalized(encoder_vectors) * normalized(teacher_vectors)).sum(axis=1)
    cosines = np.clip(products.astype(np.float64), -1, 1)
    spread = min(float(cosines.std()), float(np.subtract(*np.percentile(cosines, [75, 25]))) / 1.34)
    width = max(0.9 * spread * len(cosines) ** -0.2, _NARROWEST)
    grid = np.linspace(max(-1.0, float(cosines.min()) - 4 * width), 1.0, _GRID)
    density = _kernels(grid, cosines, width) + _kernels(2 - grid, cosines, width)
    return Likeness(
        mean=float(cosines.mean()),
        percentiles={str(p): float(np.percentile(cosines, p)) for p in _PERCENTILES},
        cosines=tuple(map(float, grid)),
        density=tuple(map(float, density)),
    )


def _kernels(grid: npt.NDArray[np.float64], values: npt.NDArray[np.float64], width: float) -> npt.NDArray[np.float64]:
    distances = (grid[:, None] - values[None, :]) / width
    total: npt.NDArray[np.float64] = np.exp(-0.5 * distances**2).mean(axis=1) / (width * np.sqrt(2 * np.pi))
    return total
