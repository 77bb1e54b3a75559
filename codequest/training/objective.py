"""The weighted sum of losses that a config asks for."""

from __future__ import annotations

import torch
from torch import Tensor

from codequest.training import losses
from codequest.training.candidates import Candidates
from codequest.training.config import DistillationConfig, LossName


def weighted_loss(
    vectors: Tensor, targets: Tensor, everything: Candidates, config: DistillationConfig, *, step: int
) -> Tensor:
    """The configured losses of one batch, each times its weight.

    Args:
        vectors: (batch, dim), the encoder's unit vectors.
        targets: (batch, dim), the teacher's.
        everything: All documents; of them the losses see those of this step.
        config: The losses and their weights.
        step: Optimizer steps made so far.
    """
    seen = everything.limited(config, step=step) if config.needs_documents else None
    total = torch.zeros((), device=vectors.device)
    for name, weight in config.losses.items():
        total = total + weight * _loss(name, vectors, targets, seen, config)
    return total


def _loss(
    name: LossName, vectors: Tensor, targets: Tensor, candidates: Candidates | None, config: DistillationConfig
) -> Tensor:
    if name == "cosine":
        return losses.cosine_loss(vectors, targets)
    if name == "mse":
        return losses.squared_error_loss(vectors, targets)
    if name == "similarity":
        return losses.similarity_loss(vectors, targets)
    assert candidates is not None  # the losses that are left compare with documents
    if name == "kl":
        return losses.listwise_kl_loss(vectors, targets, candidates.documents, temperature=config.temperature)
    if name == "found":
        return losses.found_loss(
            vectors,
            candidates.documents,
            candidates.positives,
            temperature=config.temperature,
            duplicate_similarity=config.duplicate_similarity,
        )
    return losses.infonce_loss(
        vectors,
        candidates.documents,
        candidates.positives,
        relevant=candidates.relevant,
        temperature=config.temperature,
        duplicate_similarity=config.duplicate_similarity,
    )
