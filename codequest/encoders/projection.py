"""External adaptation: a frozen small model and a learned map into the teacher's space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from codequest.backbone import Backbone, default_device
from codequest.encoders.base import TrainableQueryEncoder, Vectors
from codequest.encoders.cost import EncoderCost, backbone_cost
from codequest.encoders.maps import MapKind, SpaceMap
from codequest.encoders.student import describe_base, load_base, load_tensors, locate_base, pooled_features
from codequest.progress import Progress, silent
from codequest.space import EmbeddingSpace
from codequest.storage import AdapterConfig, read_tensors


class ProjectionQueryEncoder(TrainableQueryEncoder):
    """Frozen base, learned map: trains in seconds, because the base runs once per query.

    Build one with `create`.
    """

    kind: ClassVar[str] = "projection"

    def __init__(self, space: EmbeddingSpace, backbone: Backbone, space_map: SpaceMap, base: Mapping[str, Any]) -> None:
        super().__init__(space)
        self.backbone = backbone
        self.network: nn.Module = space_map
        self._map = space_map
        self._base = dict(base)

    @classmethod
    def create(
        cls,
        base: str,
        *,
        space: EmbeddingSpace,
        map: MapKind = "mlp",
        device: str | None = None,
        seed: int = 0,
    ) -> ProjectionQueryEncoder:
        """An untrained encoder; `DistillationTrainer` trains it.

        Args:
            base: The small model: public id or folder.
            space: The teacher's space.
            map: ``"linear"``, or ``"mlp"`` for a residual multi-layer perceptron.
            device: ``"cpu"``, ``"cuda"``, …; by default CUDA when there is one.
            seed: Of the map's random start.

        Raises:
            WeightsNotFoundError: The base is not on this machine and cannot be fetched.
            InvalidInputError: An unknown map.
        """
        source = locate_base(base)
        backbone = load_base(source, torch.device(device) if device else default_device())
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            space_map = SpaceMap(backbone.hidden, space.dim, kind=map)
        return cls(space, backbone, space_map.to(backbone.device), describe_base(source))

    @torch.inference_mode()
    def embed_batch(self, queries: Sequence[str]) -> Vectors:
        vectors: Vectors = self._map(self.backbone.embed(queries)).float().cpu().numpy()
        return vectors

    def cost(self, *, tokens: int = 12) -> EncoderCost:
        return backbone_cost(self.backbone, [self._map], tokens=tokens)

    def prepare(self, queries: Sequence[str], *, progress: Progress = silent) -> Sequence[Mapping[str, Any]]:
        features = pooled_features(self.backbone, queries, progress)
        return [{"features": row} for row in features]

    def collate(self, inputs: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
        return {"features": torch.from_numpy(np.stack([row["features"] for row in inputs]))}

    def initialize(
        self,
        inputs: Sequence[Mapping[str, Any]],
        query_vectors: Vectors,
        *,
        progress: Progress = silent,  # noqa: ARG002  the features are already there
    ) -> None:
        self._map.fit(self.collate(inputs)["features"], torch.from_numpy(query_vectors))

    def describe(self) -> dict[str, Any]:
        return {**self._base, "map": self._map.kind}

    def trained_tensors(self) -> dict[str, Tensor]:
        return {f"map.{name}": tensor for name, tensor in self._map.state_dict().items()}

    @classmethod
    def rebuild(cls, config: AdapterConfig, folder: Path, *, device: torch.device) -> ProjectionQueryEncoder:
        source = locate_base(config.encoder.get("base", ""), config=config, folder=folder)
        backbone = load_base(source, device)
        space_map = SpaceMap(backbone.hidden, config.space.dim, kind=config.encoder.get("map", "linear"))
        load_tensors({"map": space_map}, read_tensors(folder), folder)
        return cls(config.space, backbone, space_map.to(device).eval(), describe_base(source))
