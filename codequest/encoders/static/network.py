"""StaticNetwork: a static encoder's table as torch trains it, and its start from a teacher."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from codequest.encoders.maps import MapKind, SpaceMap
from codequest.encoders.static.vocabulary import Vocabulary
from codequest.errors import InvalidInputError
from codequest.progress import Progress
from codequest.space import EmbeddingSpace, TeacherLike, Vectors


class StaticNetwork(nn.Module):
    """Rows to unit vectors: the weighted sum of each text's rows, to unit length, then the map.

    Args:
        values: ``rows``, (n, width), ``weights``, (n,), and the map's tensors under ``map.``.
    """

    def __init__(self, values: Mapping[str, npt.NDArray[np.float32]]) -> None:
        super().__init__()
        rows, weights = torch.tensor(values["rows"]), torch.tensor(values["weights"])
        self.rows = nn.EmbeddingBag.from_pretrained(rows, freeze=False, mode="sum")
        self.weights = nn.Embedding(len(weights), 1, _weight=weights.unsqueeze(1))
        self.map = SpaceMap.restored(values)

    def pooled(self, rows: Tensor, starts: Tensor) -> Tensor:
        """The sum of each text's rows, to unit length: (batch, width), of rows (total,) and starts (batch,)."""
        weights = self.weights(rows).squeeze(1)  # (total,)
        return functional.normalize(self.rows(rows, starts, per_sample_weights=weights), dim=-1)

    def forward(self, rows: Tensor, starts: Tensor) -> Tensor:
        """Unit vectors, (batch, dim), of the rows of all texts, (total,), and where each text begins, (batch,)."""
        vectors: Tensor = self.map(self.pooled(rows, starts))
        return vectors

    @torch.no_grad()
    def values(self) -> dict[str, npt.NDArray[np.float32]]:
        """Values that the network is built from, as they are now."""
        values = {f"map.{name}": tensor for name, tensor in self.map.state_dict().items()}
        values |= {"rows": self.rows.weight, "weights": self.weights.weight.squeeze(1)}
        return {name: tensor.detach().float().cpu().numpy().copy() for name, tensor in values.items()}


def starting_values(
    teacher: TeacherLike,
    vocabulary: Vocabulary,
    *,
    width: int,
    map: MapKind,
    seed: int,
    progress: Progress,
) -> dict[str, npt.NDArray[np.float32]]:
    """Values of an untrained network: the teacher's vectors of the rows' texts, and the way back to them.

    The rows are the principal components of the vectors, the linear map leads from their direction to the teacher's.

    Args:
        teacher: Embeds the texts as queries.
        vocabulary: What each row stands for, and its weight.
        width: Length of the rows; at most the teacher's.
        map: ``"linear"`` or ``"mlp"``.
        seed: Of the random part of an mlp.
        progress: Called while the teacher embeds.

    Returns:
        ``rows``, (rows, width), ``weights``, (rows,), and the map's tensors under ``map.``.
    """
    distinct = {text: number for number, text in enumerate(dict.fromkeys(vocabulary.texts))}
    vectors = teacher.encode_queries(list(distinct), progress=progress)
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
    rows, axes, mean = principal_components(vectors[[distinct[text] for text in vocabulary.texts]], width)
    space_map = new_map(width, len(mean), map, seed)
    with torch.no_grad():
        # Sums of rows come in at unit length, so the map gives them the length that rows have on average.
        space_map.linear.weight.copy_(torch.from_numpy(axes.T * np.sqrt((rows**2).sum(1).mean())))
        space_map.linear.bias.copy_(torch.from_numpy(mean))
    return {"rows": rows, "weights": vocabulary.weights, **map_values(space_map)}


def new_map(width: int, dim: int, kind: MapKind, seed: int) -> SpaceMap:
    """A map that nothing was fitted to yet."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return SpaceMap(width, dim, kind=kind)


def with_new_map(
    values: Mapping[str, npt.NDArray[np.float32]], space: EmbeddingSpace, kind: MapKind, seed: int
) -> dict[str, npt.NDArray[np.float32]]:
    """Values of a network with the same rows and weights, and a map into another space that nothing was fitted to yet.

    Raises:
        InvalidInputError: The rows are longer than the space's vectors.
    """
    width = values["rows"].shape[1]
    if width > space.dim:
        raise InvalidInputError(
            f"The table to start from has rows of {width} numbers, more than the {space.dim} of {space}. Train without "
            "a start."
        )
    return {"rows": values["rows"], "weights": values["weights"], **map_values(new_map(width, space.dim, kind, seed))}


def map_values(space_map: SpaceMap) -> dict[str, npt.NDArray[np.float32]]:
    """Tensors of a map under ``map.``, as a table holds them."""
    return {f"map.{name}": tensor.float().cpu().numpy() for name, tensor in space_map.state_dict().items()}


def principal_components(vectors: Vectors, width: int) -> tuple[Vectors, Vectors, Vectors]:
    """The vectors in the axes of their largest variance.

    Args:
        vectors: (n, dim).
        width: How many axes.

    Returns:
        Components (n, width), axes (width, dim) and mean (dim,): ``components @ axes + mean`` is nearest to `vectors`.
    """
    mean = vectors.mean(0, dtype=np.float64)
    centered = vectors - mean
    _, axes = np.linalg.eigh(centered.T @ centered)  # ascending
    chosen = axes[:, ::-1][:, :width].T  # (width, dim)
    signs = np.sign(chosen[np.arange(width), np.abs(chosen).argmax(1)])  # an axis has no sign of its own
    chosen = chosen * signs[:, None]
    return (centered @ chosen.T).astype(np.float32), chosen.astype(np.float32), mean.astype(np.float32)
