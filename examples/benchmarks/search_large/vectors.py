"""Vectors by chance whose cosines to queries spread as those of the teacher's vectors do."""

import random

import numpy as np

from codequest.space import normalized
from codequest.teachers import load_teacher
from codequest.teachers.default import DEFAULT_TEACHER

SEEDS, AT_ONCE = 2048, 8192
OTHER, NOISE = (0.0, 0.5), (0.3, 0.9)  # share of a second vector; times the teacher's own covariance


def seeds(folder, chunks):
    """The teacher's vectors of some chunks, (n, dim); embedded once, in minutes."""
    file = folder / "seeds.npy"
    if not file.exists():
        chosen = random.Random(0).sample(chunks, min(SEEDS, len(chunks)))
        np.save(file, load_teacher(DEFAULT_TEACHER).encode_documents([chunk.embedded for chunk in chosen]))
    return np.load(file)


def spread(vectors, count):
    """Unit vectors around these, some thousand at a time, (rows, dim) each."""
    chance = np.random.default_rng(0)
    values, directions = np.linalg.eigh(np.cov(vectors.T))
    root = (directions * np.sqrt(np.maximum(values, 0))).T.astype(np.float32)
    for start in range(0, count, AT_ONCE):
        rows = min(AT_ONCE, count - start)
        first, second = (vectors[chance.integers(0, len(vectors), rows)] for _ in range(2))
        share, noise = (chance.uniform(*of, (rows, 1)).astype(np.float32) for of in (OTHER, NOISE))
        around = noise * (chance.standard_normal((rows, vectors.shape[1]), np.float32) @ root)
        yield normalized((1 - share) * first + share * second + around)
