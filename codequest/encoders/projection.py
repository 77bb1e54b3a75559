"""External adaptation: a frozen small model and a learned map into the teacher's space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from codequest.adapters.folder import AdapterConfig
from codequest.adapters.tensors import read_tensors
from codequest.backbone import Backbone, choose_device
from codequest.encoders.descent import Start, load_start, record_descent, refuse_options
from codequest.encoders.maps import MapKind, SpaceMap
from codequest.encoders.stored_weights import StoredPrecision, stored_weights
from codequest.encoders.student import (
    DEFAULT_BASE,
    StudentQueryEncoder,
    StudentSettings,
    check_sizes,
    load_base,
    load_tensors,
    new_map,
    pooled_features,
    saved_base,
    taken_backbone,
)
from codequest.encoders.updates import inject_updates, merge_in_place, round_updates, updates_of
from codequest.progress import Progress, silent
from codequest.space import EmbeddingSpace, Vectors, checked_space
from codequest.texts import checked_texts
from codequest.weights import locate


@dataclass(frozen=True, slots=True, kw_only=True)
class _ProjectionSettings(StudentSettings):
    rank: int | None = None  # of the updates of the base it started from, if that had some
    alpha: float | int | None = None
    targets: str | list[str] | None = None


class ProjectionQueryEncoder(StudentQueryEncoder):
    """Frozen base, learned map: trains in seconds, because the base runs once per query.

    Build one with `create`.
    """

    kind: ClassVar[str] = "projection"

    def __init__(
        self,
        space: EmbeddingSpace,
        backbone: Backbone,
        space_map: SpaceMap,
        precision: StoredPrecision = "fp32",
        *,
        lora: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(space, backbone, space_map, precision)
        self._lora = dict(lora or {})
        self.network: nn.Module = space_map
        self._features: dict[str, Vectors] = {}  # (hidden,) by text: the base is frozen, so one run of it serves all

    @classmethod
    def create(
        cls,
        base: str | None = None,
        *,
        space: EmbeddingSpace,
        start: Start | None = None,
        revision: str | None = None,
        layers: int | None = None,
        map: MapKind = "mlp",
        precision: StoredPrecision = "fp32",
        device: str | None = None,
        seed: int = 0,
    ) -> ProjectionQueryEncoder:
        """An untrained encoder; `DistillationTrainer` trains it.

        Args:
            base: The small model: public id or folder; all-MiniLM-L6-v2 by default.
            space: The teacher's space.
            start: A LoRA adapter or a projection, of any space: its base with its updates, frozen, is the base; its map
                is not taken. Base, revision and layers are its own.
            revision: Commit, tag or branch of a public base.
            layers: Use only so many of the base's first layers; all of them by default.
            map: ``"linear"``, or ``"mlp"`` for a residual multi-layer perceptron.
            precision: What the trained weights are stored in: ``"fp32"``, ``"fp16"`` or ``"int8"``.
            device: ``"cpu"``, ``"cuda"``, …; by default CUDA when there is one.
            seed: Of the map's random start.

        Raises:
            WeightsNotFoundError: The base is not on this machine and cannot be fetched.
            InvalidInputError: An unknown map or precision, layers that the base does not have, or a start of another
                kind.
        """
        checked_space(space)
        if start is not None:
            refuse_options(start, base=base, revision=revision, layers=layers)
            found = load_start(start, of=("lora", cls.kind), kind=cls.kind, device=device)
            backbone, lora = taken_backbone(start, found)
        else:
            source = locate(base or DEFAULT_BASE, revision=revision)
            backbone, lora = load_base(source, choose_device(device), layers=layers), {}
        encoder = cls(space, backbone, new_map(backbone, space, map, seed), precision, lora=lora)
        round_updates(backbone, precision)
        if start is not None:
            record_descent(encoder, start, found)
        return encoder

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

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), **self._lora}

    def saved_tensors(self) -> dict[str, Tensor]:
        updates = {f"backbone.{name}": weight for name, weight in updates_of(self.backbone).items()}
        return {**super().saved_tensors(), **stored_weights(updates, self.precision)}

    @classmethod
    def rebuild(cls, config: AdapterConfig, folder: Path, *, device: str | None) -> ProjectionQueryEncoder:
        settings = config.settings(_ProjectionSettings, folder)
        check_sizes(folder, {"map.linear.weight": config.space.dim})
        source = saved_base(settings, folder)
        backbone = load_base(source, choose_device(device), layers=settings.layers)
        space_map = SpaceMap(backbone.hidden, config.space.dim, kind=settings.map)
        modules: dict[str, nn.Module] = {"map": space_map}
        lora: dict[str, Any] = {}
        if settings.rank is not None:
            check_sizes(folder, {"lora_A.default.weight": settings.rank})
            lora = {"rank": settings.rank, "alpha": settings.alpha, "targets": settings.targets}
            inject_updates(backbone, lora)
            modules["backbone"] = backbone
        load_tensors(modules, read_tensors(folder), folder)
        merge_in_place(backbone)
        space_map = space_map.to(backbone.device).eval()
        return cls(config.space, backbone.to(backbone.device), space_map, settings.precision, lora=lora)
