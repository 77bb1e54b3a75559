"""Internal adaptation: low-rank updates inside the small model, and the map into the teacher's space."""

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
from codequest.encoders.graph_source import BackboneGraph
from codequest.encoders.maps import MapKind, SpaceMap
from codequest.encoders.projection import ProjectionQueryEncoder
from codequest.encoders.stored_weights import StoredPrecision
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
from codequest.encoders.updates import inject_updates, merge_in_place, merged, unmerge_in_place, update_settings
from codequest.progress import Progress, silent
from codequest.space import EmbeddingSpace, Vectors, checked_space, normalized
from codequest.texts import checked_texts
from codequest.weights import locate

_FITTED = 10_000  # examples are plenty for a map that training goes on from
_COMPARED = 64  # examples tell whether the base is the teacher itself
_SAME = 0.999  # cosine; in bf16 a model's vectors have 0.9999 with its own in fp32


@dataclass(frozen=True, slots=True, kw_only=True)
class _LoRASettings(StudentSettings):
    rank: int
    alpha: float | int  # a whole number stays one
    targets: str | list[str]


class LoRANetwork(BackboneGraph):
    """Token ids to unit vectors: backbone with low-rank updates, then the map."""

    map: SpaceMap

    def train(self, mode: bool = True) -> LoRANetwork:
        """As usual, but without dropout: the targets are exact, so noise only slows their regression."""
        super().train(mode)
        self.backbone.eval()
        return self


class LoRAQueryEncoder(StudentQueryEncoder):
    """The small model itself, fine-tuned with LoRA (Hu et al., 2021), and a map into the teacher's space.

    Low-rank updates are merged into the weights for inference, so they cost nothing there. Build one with `create`.
    """

    kind: ClassVar[str] = "lora"

    def __init__(
        self,
        space: EmbeddingSpace,
        network: LoRANetwork,
        lora: Mapping[str, Any],
        precision: StoredPrecision = "fp32",
    ) -> None:
        super().__init__(space, network.backbone, network.map, precision)
        self.network: nn.Module = network
        self._lora = dict(lora)
        self._attention: str = self.backbone.transformer.config._attn_implementation

    @classmethod
    def create(
        cls,
        base: str | None = None,
        *,
        space: EmbeddingSpace,
        start: Start | None = None,
        revision: str | None = None,
        layers: int | None = None,
        rank: int | None = None,
        alpha: float | None = None,
        targets: Sequence[str] | None = None,
        map: MapKind = "linear",
        precision: StoredPrecision = "fp32",
        device: str | None = None,
        seed: int = 0,
    ) -> LoRAQueryEncoder:
        """An untrained encoder; `DistillationTrainer` trains it.

        Args:
            base: The small model: public id or folder; all-MiniLM-L6-v2 by default.
            space: The teacher's space.
            start: An adapter of the same kind, of any space: its base and updates are taken, its map is not, and
                base, revision, layers, rank, alpha and targets are its own.
            revision: Commit, tag or branch of a public base.
            layers: Use only so many of the base's first layers; all of them by default.
            rank: Rank of the updates; 16 by default.
            alpha: Scale of the updates; twice the rank by default.
            targets: Names of the linear layers to adapt; all of them by default.
            map: ``"linear"``, or ``"mlp"`` for a residual multi-layer perceptron.
            precision: What the trained weights are stored in: ``"fp32"``, ``"fp16"`` or ``"int8"``.
            device: ``"cpu"``, ``"cuda"``, …; by default CUDA when there is one.
            seed: Of the random start of updates and map.

        Raises:
            WeightsNotFoundError: The base is not on this machine and cannot be fetched.
            InvalidInputError: A rank below 1, an unknown map or precision, layers or targets the base does not have, or
                a start of another kind.
        """
        if start is not None:
            own = {"base": base, "revision": revision, "layers": layers, "rank": rank, "alpha": alpha}
            refuse_options(start, **own, targets=targets)
            return cls._from_start(start, space, map, precision, device=device, seed=seed)
        lora = update_settings(rank, alpha, targets)
        checked_space(space)
        source = locate(base or DEFAULT_BASE, revision=revision)
        chosen = choose_device(device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            backbone = load_base(source, chosen, layers=layers)
            network = _build(backbone, space, lora, map)
        return cls(space, network.to(chosen), lora, precision)

    @classmethod
    def _from_start(
        cls,
        start: Start,
        space: EmbeddingSpace,
        map: MapKind,
        precision: StoredPrecision,
        *,
        device: str | None,
        seed: int,
    ) -> LoRAQueryEncoder:
        found = load_start(start, of=(cls.kind,), kind=cls.kind, device=device)
        backbone, lora = taken_backbone(start, found)
        network = LoRANetwork(backbone, new_map(backbone, space, map, seed))
        encoder = cls(space, network.eval(), lora, precision)
        record_descent(encoder, start, found)
        return encoder

    @classmethod
    def from_projection(
        cls,
        projection: ProjectionQueryEncoder,
        *,
        rank: int | None = None,
        alpha: float | None = None,
        targets: Sequence[str] | None = None,
        precision: StoredPrecision = "fp32",
        seed: int = 0,
    ) -> LoRAQueryEncoder:
        """An encoder that gives a projection's vectors, and whose base can be trained as well.

        A map is trained on a frozen base in minutes; from there the base has less far to go.

        Args:
            projection: Trained or not; its base and map are taken, it stays as it is.
            rank: Rank of the updates; 16 by default.
            alpha: Scale of the updates; twice the rank by default.
            targets: Names of the linear layers to adapt; all of them by default.
            precision: What the trained weights are stored in: ``"fp32"``, ``"fp16"`` or ``"int8"``.
            seed: Of the random start of the updates.

        Raises:
            InvalidInputError: A rank below 1, an unknown precision, or targets that the base does not have.
        """
        described = projection.describe()
        encoder = cls.create(
            described["base"],
            space=projection.space,
            revision=projection.backbone.space.public_revision,
            layers=described["layers"],
            rank=rank,
            alpha=alpha,
            targets=targets,
            map=described["map"],
            precision=precision,
            device=str(projection.device),
            seed=seed,
        )
        encoder._map.load_state_dict(projection._map.state_dict())
        encoder.training = dict(projection.training)
        return encoder

    def prepare(self, queries: Sequence[str], *, progress: Progress = silent) -> Sequence[Mapping[str, Any]]:
        texts = checked_texts(queries, name="queries")
        progress("preparing queries", len(texts), len(texts))
        return [{"text": text} for text in texts]

    def collate(self, inputs: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
        return self.backbone.tokenize([row["text"] for row in inputs])

    def initialize(
        self, inputs: Sequence[Mapping[str, Any]], query_vectors: Vectors, *, progress: Progress = silent
    ) -> None:
        few = np.linspace(0, len(inputs) - 1, min(len(inputs), _COMPARED)).astype(np.int64)
        if self._gives([inputs[position]["text"] for position in few], query_vectors[few]):
            self._map.become_identity()
            return
        chosen = np.linspace(0, len(inputs) - 1, min(len(inputs), _FITTED)).astype(np.int64)
        texts = [inputs[position]["text"] for position in chosen]
        with merged(self.backbone):  # in half of the time
            features = torch.from_numpy(pooled_features(self.backbone, texts, progress))
        self._map.fit(features, torch.from_numpy(query_vectors[chosen]))

    def _gives(self, texts: Sequence[str], vectors: Vectors) -> bool:
        """Tell whether the frozen base gives these vectors already, as the teacher's own query side does."""
        if self.backbone.hidden != self.space.dim:
            return False
        found = normalized(pooled_features(self.backbone, texts, silent))
        return bool(((found * vectors).sum(1) > _SAME).all())

    def begin_training(self) -> None:
        if self.device.type == "cpu":  # where the backward pass of torch's fused attention takes half of a step
            self._use_attention("eager")
        unmerge_in_place(self.backbone)

    def end_training(self) -> None:
        super().end_training()
        self._use_attention(self._attention)
        merge_in_place(self.backbone)

    def _use_attention(self, implementation: str) -> None:
        if self.backbone.transformer.config._attn_implementation != implementation:
            self.backbone.transformer.set_attn_implementation(implementation)

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), **self._lora}

    def trained_tensors(self) -> dict[str, Tensor]:
        return {name: weight for name, weight in self.network.named_parameters() if weight.requires_grad}

    @classmethod
    def rebuild(cls, config: AdapterConfig, folder: Path, *, device: str | None) -> LoRAQueryEncoder:
        settings = config.settings(_LoRASettings, folder)
        lora = {"rank": settings.rank, "alpha": settings.alpha, "targets": settings.targets}
        check_sizes(folder, {"map.linear.weight": config.space.dim, "lora_A.default.weight": settings.rank})
        source = saved_base(settings, folder)
        chosen = choose_device(device)
        backbone = load_base(source, chosen, layers=settings.layers)
        network = _build(backbone, config.space, lora, settings.map)
        load_tensors({"backbone": network.backbone, "map": network.map}, read_tensors(folder), folder)
        encoder = cls(config.space, network.to(chosen).eval(), lora, settings.precision)
        encoder.end_training()
        return encoder


def _build(backbone: Backbone, space: EmbeddingSpace, lora: Mapping[str, Any], map: MapKind) -> LoRANetwork:
    space_map = SpaceMap(backbone.hidden, space.dim, kind=map)
    inject_updates(backbone, lora)
    return LoRANetwork(backbone, space_map)
