"""Distillation losses: pure functions of tensors.

``vectors`` are the encoder's unit vectors and ``targets`` the teacher's unit query vectors, both (batch, dim);
``documents`` are the teacher's unit document vectors, (n, dim), which never change; in half precision they are compared
in half precision, everything else is computed in float32.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def cosine_loss(vectors: Tensor, targets: Tensor) -> Tensor:
    """Mean of 1 - cosine; half of the squared distance for unit vectors."""
    return (1 - functional.cosine_similarity(vectors, targets, dim=-1)).mean()


def squared_error_loss(vectors: Tensor, targets: Tensor) -> Tensor:
    """Mean squared Euclidean distance."""
    return (vectors - targets).square().sum(-1).mean()


def similarity_loss(vectors: Tensor, targets: Tensor) -> Tensor:
    """Mean squared difference of the pairwise similarities within the batch; zero for a batch of one.

    Passalis and Tefas, "Learning deep representations with probabilistic knowledge transfer", 2018, in its
    squared-error form.
    """
    count = len(vectors)
    if count < 2:
        return vectors.sum() * 0.0
    difference = vectors @ vectors.T - targets @ targets.T  # (batch, batch)
    off_diagonal = difference - torch.diag(torch.diagonal(difference))
    return off_diagonal.square().sum() / (count * (count - 1))


def listwise_kl_loss(vectors: Tensor, targets: Tensor, documents: Tensor, *, temperature: float) -> Tensor:
    """KL divergence of the encoder's distribution over the documents from the teacher's; needs no labels.

    Args:
        vectors: (batch, dim).
        targets: (batch, dim).
        documents: (n, dim).
        temperature: Divides the cosines before the softmax.
    """
    predicted = functional.log_softmax(_scores(vectors, documents) / temperature, dim=-1)  # (batch, n)
    wanted = functional.log_softmax(_scores(targets, documents) / temperature, dim=-1)
    return functional.kl_div(predicted, wanted, reduction="batchmean", log_target=True)


def infonce_loss(
    vectors: Tensor,
    documents: Tensor,
    positives: Tensor,
    *,
    relevant: Tensor,
    temperature: float,
    duplicate_similarity: float = 1.0,
) -> Tensor:
    """Cross-entropy of each query's positive document among all documents (van den Oord et al., 2018).

    Args:
        vectors: (batch, dim).
        documents: (n, dim).
        positives: (batch,) position of a positive document; -1 for a query without one, which is left out.
        relevant: (batch, any) positions of every positive of a query, filled up with -1: none is a negative for it.
        temperature: Divides the cosines before the softmax.
        duplicate_similarity: Documents at least this close to the positive are no negatives either.

    Returns:
        The mean over the queries with a positive; zero when there is none.
    """
    labelled = positives >= 0
    if not bool(labelled.any()):
        return vectors.sum() * 0.0
    chosen = positives[labelled]
    logits = _scores(vectors[labelled], documents) / temperature  # (labelled, n)
    left_out = _scores(documents[chosen], documents) >= duplicate_similarity  # (labelled, n)
    also = relevant[labelled]
    rows = torch.arange(len(chosen), device=chosen.device)
    left_out[rows.unsqueeze(1).expand_as(also)[also >= 0], also[also >= 0]] = True
    left_out[rows, chosen] = False
    return functional.cross_entropy(logits.masked_fill(left_out, -torch.inf), chosen)


def found_loss(
    vectors: Tensor,
    documents: Tensor,
    positives: Tensor,
    *,
    temperature: float,
    duplicate_similarity: float = 1.0,
) -> Tensor:
    """Cross-entropy of each positive's own text among the texts of the batch: InfoNCE in the other direction.

    The second half of the symmetric loss of CLIP (Radford et al., 2021). Where documents are trained, it is the
    direction of a search, and keeps one of them from being near every query.

    Args:
        vectors: (batch, dim).
        documents: (n, dim).
        positives: (batch,) position of a positive document; -1 for a text without one, which is left out.
        temperature: Divides the cosines before the softmax.
        duplicate_similarity: Texts whose positives are at least this close are no negatives of each other.

    Returns:
        The mean over the texts with a positive; zero when there is none.
    """
    labelled = positives >= 0
    if not bool(labelled.any()):
        return vectors.sum() * 0.0
    own = documents[positives[labelled]]
    logits = _scores(vectors[labelled], own).T / temperature  # (labelled, labelled), a row per positive
    left_out = _scores(own, own) >= duplicate_similarity
    left_out.fill_diagonal_(False)
    return functional.cross_entropy(logits.masked_fill(left_out, -torch.inf), torch.arange(len(own), device=own.device))


def _scores(vectors: Tensor, documents: Tensor) -> Tensor:
    """Inner products, float32 (batch, n)."""
    return (vectors.to(documents.dtype) @ documents.T).float()
