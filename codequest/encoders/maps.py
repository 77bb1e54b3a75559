"""SpaceMap: from a small model's pooled vector into the teacher's space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from codequest.errors import InvalidInputError

MapKind = Literal["linear", "mlp"]

_REGULARISATIONS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)  # as a share of the mean variance of the features
_HELD_OUT = 10  # every tenth example chooses among them


class SpaceMap(nn.Module):
    """A linear map, or a linear map plus a two-layer residual that starts at zero; then unit length.

    Args:
        hidden: Length of the input vectors.
        dim: Length of the output vectors.
        kind: ``"linear"`` or ``"mlp"``.
    """

    def __init__(self, hidden: int, dim: int, *, kind: MapKind) -> None:
        super().__init__()
        if kind not in get_args(MapKind):
            raise InvalidInputError(f"map must be one of {', '.join(get_args(MapKind))}, got {kind!r}.")
        self.kind = kind
        self.linear = nn.Linear(hidden, dim)
        self.residual: nn.Sequential | None = None
        if kind == "mlp":
            last = nn.Linear(2 * dim, dim)
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
            self.residual = nn.Sequential(nn.Linear(hidden, 2 * dim), nn.GELU(), last)

    @classmethod
    def restored(cls, values: Mapping[str, npt.NDArray[Any]]) -> SpaceMap:
        """The map whose tensors are among these, their names after ``map.``."""
        tensors = {name[4:]: torch.tensor(value) for name, value in values.items() if name.startswith("map.")}
        dim, hidden = tensors["linear.weight"].shape
        restored = cls(hidden, dim, kind="mlp" if "residual.0.weight" in tensors else "linear")
        restored.load_state_dict(tensors)
        return restored

    def forward(self, features: Tensor) -> Tensor:
        """Unit vectors.

        Args:
            features: (batch, hidden).

        Returns:
            (batch, dim), rows of unit length.
        """
        mapped = self.linear(features)  # (batch, dim)
        if self.residual is not None:
            mapped = mapped + self.residual(features)
        return functional.normalize(mapped, dim=-1)

    @torch.no_grad()
    def become_identity(self) -> None:
        """Give every vector as it is, to unit length, for a model that is of the space already."""
        nn.init.eye_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    @torch.no_grad()
    def fit(self, features: Tensor, targets: Tensor) -> float:
        """Set the linear part to the ridge regression of the targets on the features.

        The strength of the regularisation is chosen by mean cosine on every tenth example, and the chosen map
        is fitted on all of them. Hoerl and Kennard, "Ridge Regression", 1970.

        Args:
            features: (n, hidden).
            targets: (n, dim).

        Returns:
            The strength that was chosen, as a share of the features' mean variance.
        """
        features, targets = features.double(), targets.double()
        held_out = torch.arange(len(features)) % _HELD_OUT == 0
        chosen = _REGULARISATIONS[len(_REGULARISATIONS) // 2]
        if len(features) >= 2 * _HELD_OUT:
            path = _ridge_path(features[~held_out], targets[~held_out])
            cosines = [
                functional.cosine_similarity(features[held_out] @ weight + bias, targets[held_out]).mean()
                for weight, bias in path
            ]
            chosen = _REGULARISATIONS[int(torch.stack(cosines).argmax())]
        weight, bias = _ridge_path(features, targets)[_REGULARISATIONS.index(chosen)]
        self.linear.weight.copy_(weight.T)
        self.linear.bias.copy_(bias)
        return chosen


def _ridge_path(features: Tensor, targets: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Ridge solutions for every regularisation, from one eigendecomposition."""
    mean_features, mean_targets = features.mean(0), targets.mean(0)
    centered = features - mean_features
    values, vectors = torch.linalg.eigh(centered.T @ centered)  # (hidden,), (hidden, hidden)
    rotated = vectors.T @ (centered.T @ (targets - mean_targets))  # (hidden, dim)
    scale = values.clamp(min=0).mean().clamp(min=1e-12)
    path = []
    for share in _REGULARISATIONS:
        weight = vectors @ (rotated / (values.clamp(min=0) + share * scale).unsqueeze(1))  # (hidden, dim)
        path.append((weight, mean_targets - mean_features @ weight))
    return path
