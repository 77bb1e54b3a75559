"""External adaptation: a frozen small model and a learned map into the teacher's space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from codequest.adapters.folder import AdapterConfig
from codequest.adapters.tensors import read_tensors
from codequest.backbone import Backbone, choose_device
from codequest.encoders.maps import MapKind, SpaceMap
from codequest.encoders.student import (
    StoredPrecision,
    StudentQueryEncoder,
    StudentSettings,
    check_sizes,
    load_base,
    load_tensors,
    pooled_features,
    saved_base,
)
from codequest.progress import Progress, silent
from codequest.space import EmbeddingSpace, Vectors
from codequest.texts import checked_texts
from codequest.weights import locate


class ProjectionQueryEncoder(StudentQueryEncoder):
    """Frozen base, learned map: trains in seconds, because the base runs once per query.

    Build one with `create`.
    """

    kind: ClassVar[str] = "projection"

    def __init__(
        self, space: EmbeddingSpace, backbone: Backbone, space_map: SpaceMap, precision: StoredPrecision = "fp32"
    ) -> None:
        super().__init__(space, backbone, space_map, precision)
        self.network: nn.Module = space_map
        self._features: dict[str, Vectors] = {}  # (hidden,) by text: the base is frozen, so one run of it serves all

    @classmethod
    def create(
        cls,
        base: str,
        *,
        space: EmbeddingSpace,
        revision: str | None = None,
        layers: int | None = None,
        map: MapKind = "mlp",
        precision: StoredPrecision = "fp32",
        device: str | None = None,
        seed: int = 0,
    ) -> ProjectionQueryEncoder:
        """An untrained encoder; `DistillationTrainer` trains it.

        Args:
            base: The small model: public id or folder.
            space: The teacher's space.
            revision: Commit, tag or branch of a public base.
            layers: Use only so many of the base's first layers; all of them by default.
            map: ``"linear"``, or ``"mlp"`` for a residual multi-layer perceptron.
            precision: What the trained weights are stored in: ``"fp32"`` or ``"fp16"``.
            device: ``"cpu"``, ``"cuda"``, …; by default CUDA when there is one.
            seed: Of the map's random start.

        Raises:
            WeightsNotFoundError: The base is not on this machine and cannot be fetched.
            InvalidInputError: An unknown map or precision, or layers that the base does not have.
        """
        source = locate(base, revision=revision)
        backbone = load_base(source, choose_device(device), layers=layers)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            space_map = SpaceMap(backbone.hidden, space.dim, kind=map)
        return cls(space, backbone, space_map.to(backbone.device), precision)

    def prepare(self, queries: Sequence[str], *, progress: Progress = silent) -> Sequence[Mapping[str, Any]]:
        texts = checked_texts(queries, name="queries")
        new = [text for text in dict.fromkeys(texts) if text not in self._features]
        if new:
            self._features |= zip(new, pooled_features(self.backbone, new, progress), strict=True)
        return [{"features": self._features[text]} for text in texts]

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

    def trained_tensors(self) -> dict[str, Tensor]:
        return {f"map.{name}": tensor for name, tensor in self._map.state_dict().items()}

    @classmethod
    def rebuild(cls, config: AdapterConfig, folder: Path, *, device: str | None) -> ProjectionQueryEncoder:
        settings = config.settings(StudentSettings, folder)
        check_sizes(folder, {"map.linear.weight": config.space.dim})
        source = saved_base(settings, folder)
        backbone = load_base(source, choose_device(device), layers=settings.layers)
        space_map = SpaceMap(backbone.hidden, config.space.dim, kind=settings.map)
        load_tensors({"map": space_map}, read_tensors(folder), folder)
        return cls(config.space, backbone, space_map.to(backbone.device).eval(), settings.precision)
