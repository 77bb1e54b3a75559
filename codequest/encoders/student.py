"""Common part of the encoders with a small base model."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import torch
from torch import Tensor, nn

from codequest.adapters.tensors import check_names, tensor_shapes
from codequest.backbone import Backbone, Choices, faithful_half, read_settings, settle
from codequest.encoders.cost import EncoderCost, backbone_cost
from codequest.encoders.graph_source import BackboneGraph, GraphSource, merge_updates, token_reader
from codequest.encoders.maps import MapKind, SpaceMap
from codequest.encoders.stored_weights import StoredPrecision, restored_weights, round_weights, stored_weights
from codequest.encoders.trainable import TrainableQueryEncoder
from codequest.encoders.updates import UPDATE_SETTINGS
from codequest.errors import AdapterFormatError, InvalidInputError
from codequest.progress import Progress, silent
from codequest.runtimes import GraphPrecision
from codequest.space import EmbeddingSpace, Vectors
from codequest.texts import batches_by_length
from codequest.weights import WeightSource, locate

if TYPE_CHECKING:
    from typing_extensions import Self

    from codequest.encoders.base import QueryEncoder
    from codequest.encoders.descent import Start
    from codequest.space import TeacherLike

DEFAULT_BASE = "sentence-transformers/all-MiniLM-L6-v2"
"""The small model that commands and recipes start from unless they name another."""

_MAX_CHARACTERS, _ON_CPU = 16384, 4096  # of a batch: two cores are filled sooner, and stay in their caches


class StudentQueryEncoder(TrainableQueryEncoder):
    """An encoder of a small base model and a map after it.

    Attributes:
        backbone: The small model.
        precision: What the trained weights are rounded to after training, and stored in.
    """

    def __init__(
        self, space: EmbeddingSpace, backbone: Backbone, space_map: SpaceMap, precision: StoredPrecision
    ) -> None:
        super().__init__(space)
        if precision not in get_args(StoredPrecision):
            raise InvalidInputError(
                f"precision must be one of {', '.join(get_args(StoredPrecision))}, got {precision!r}."
            )
        self.backbone = backbone
        self.precision: StoredPrecision = precision
        self._map = space_map

    @classmethod
    @abstractmethod
    def create(cls, base: str | None = None, *, space: EmbeddingSpace) -> Self:
        """An untrained encoder of a small base, or of an adapter; a subclass has options of its own."""

    @classmethod
    def create_for(
        cls,
        teacher: TeacherLike,
        *,
        queries: Sequence[str],  # noqa: ARG003  its vocabulary is that of its base
        options: Mapping[str, Any],
        progress: Progress = silent,  # noqa: ARG003
    ) -> Self:
        return cls.create(**options, space=teacher.space)

    @property
    def device(self) -> torch.device:
        return self.backbone.device

    @property
    def max_tokens(self) -> int:
        return self.backbone.max_tokens

    def token_counts(self, queries: Sequence[str]) -> list[int]:
        return self.backbone.token_counts(queries, truncate=False)

    @torch.inference_mode()
    def embed_batch(self, queries: Sequence[str]) -> Vectors:
        vectors: Vectors = self._map(self.backbone.embed(queries)).float().cpu().numpy()
        return vectors

    def cost(self, *, tokens: int = 12) -> EncoderCost:
        return backbone_cost(self.backbone, [self._map], tokens=tokens)

    def graph_source(self, precision: GraphPrecision) -> GraphSource:  # noqa: ARG002
        reader = token_reader(self.backbone)
        return GraphSource(self._merged(), reader, self.encode, lambda tokens: self.cost(tokens=tokens))

    def sentence_modules(self) -> list[nn.Module]:
        from codequest.encoders.sentence_transformers.modules import backbone_modules, map_modules

        merged = self._merged()
        assert merged.map is not None
        return [*backbone_modules(merged.backbone), *map_modules(merged.map)]

    def _merged(self) -> BackboneGraph:
        """A copy on the CPU, without low-rank updates: they are in its weights."""
        module = copy.deepcopy(BackboneGraph(self.backbone, self._map)).cpu().float().eval()
        merge_updates(module)
        return module

    def describe(self) -> dict[str, Any]:
        source = self.backbone.source
        return {
            "base": source.reference,
            "base_revision": source.revision,
            "layers": self.backbone.transformer.config.num_hidden_layers,
            "map": self._map.kind,
            "precision": self.precision,
        }

    def end_training(self) -> None:
        round_weights(self.trained_tensors().values(), self.precision)

    def saved_tensors(self) -> dict[str, Tensor]:
        return stored_weights(self.trained_tensors(), self.precision)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentSettings:
    """Settings of a saved adapter with a base model, as they stand in its config.json."""

    base: str
    base_revision: str | None
    layers: int | None = None
    map: Any = "linear"  # one of `MapKind`; a wrong one is answered with those that there are
    precision: Any = "fp32"  # one of `StoredPrecision`, likewise


def saved_base(settings: StudentSettings, folder: Path) -> WeightSource:
    """The base model of a saved adapter: the very weights it was trained on.

    Raises:
        AdapterFormatError: The base found now is not the one the adapter was trained on.
        WeightsNotFoundError: It is nowhere.
    """
    name, revision = settings.base, settings.base_revision
    private = str(revision).startswith("sha256:")
    source = locate(name, revision=None if private else revision)
    if source.revision != revision:
        raise AdapterFormatError(
            f"The adapter in {folder} was trained on {name} at {revision}, but {source.folder} holds "
            f"{source.model_id} at {source.revision}. Put the original base model back, or train again."
        )
    return source


def load_base(source: WeightSource, device: torch.device, *, layers: int | None = None) -> Backbone:
    """Load a small model, or its first layers, frozen, in fp32; mean pooling when its files say nothing."""
    says = settle(read_settings(source.folder), source.model_id, Choices(query_prompt="")).pooling
    choices = Choices(pooling=None if says else "mean", query_prompt="", document_prompt="")
    return Backbone.load(source, device=device, choices=choices, layers=layers)


def taken_backbone(start: Start, found: QueryEncoder) -> tuple[Backbone, dict[str, Any]]:
    """The backbone of an adapter to start from, and the settings of its updates; a loaded adapter stays as it is."""
    assert isinstance(found, StudentQueryEncoder)
    described = found.describe()
    backbone = copy.deepcopy(found.backbone) if found is start else found.backbone
    return backbone, {name: described[name] for name in UPDATE_SETTINGS if name in described}


def new_map(backbone: Backbone, space: EmbeddingSpace, kind: MapKind, seed: int) -> SpaceMap:
    """A map from a backbone's vectors into a space, that nothing was fitted to yet."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return SpaceMap(backbone.hidden, space.dim, kind=kind).to(backbone.device)


def pooled_features(backbone: Backbone, texts: Sequence[str], progress: Progress) -> Vectors:
    """The base's pooled vectors to train on, (n, hidden), float32, of texts that are already checked.

    In bf16 where the device is faster in it: training does not notice.
    """
    features = np.empty((len(texts), backbone.hidden), dtype=np.float32)
    device, half = backbone.device.type, faithful_half(backbone.device) == "bf16"
    most = _ON_CPU if device == "cpu" else _MAX_CHARACTERS
    done = 0
    with torch.inference_mode(), torch.autocast(device, torch.bfloat16, enabled=half):
        for batch in batches_by_length(texts, max_texts=256, max_characters=most):
            features[batch] = backbone.embed([texts[position] for position in batch]).float().cpu().numpy()
            done += len(batch)
            progress("running the frozen base", done, len(texts))
    return features


def check_sizes(folder: Path, sizes: Mapping[str, int]) -> None:
    """Refuse sizes of a configuration that are not those of the weights, before memory is taken for them.

    Args:
        folder: Adapter folder.
        sizes: Number of rows of the tensors whose names end so.

    Raises:
        AdapterFormatError: There is no such tensor, or one of another size.
    """
    shapes = tensor_shapes(folder)
    for ending, rows in sizes.items():
        sized = {name: shape for name, shape in shapes.items() if name.endswith(ending)}
        wrong = next((name for name, shape in sized.items() if shape[:1] != (rows,)), None)
        if wrong is not None:
            raise AdapterFormatError(
                f"{wrong} in {folder} has shape {sized[wrong]}, expected {rows} rows: the adapter belongs to another "
                "base model or space, or its config.json was edited."
            )
        if not sized:
            raise AdapterFormatError(f"The weights in {folder} hold no {ending}. Save or download the adapter again.")


def load_tensors(modules: Mapping[str, nn.Module], tensors: Mapping[str, Tensor], folder: Path) -> None:
    """Load an adapter's tensors, named ``<module>.<name>``, into its modules.

    Raises:
        AdapterFormatError: A tensor is missing, left over, or of another shape.
    """
    expected = {
        f"{prefix}.{name}": (module, name) for prefix, module in modules.items() for name in _trained_names(module)
    }
    weights = restored_weights(tensors)
    check_names(weights, expected, folder, cause="config.json edited, or the base model replaced")
    for key, (module, name) in expected.items():
        target = module.get_parameter(name)
        weight = weights[key]
        if target.shape != weight.shape or not weight.is_floating_point():
            raise AdapterFormatError(
                f"{key} in {folder} has shape {tuple(weight.shape)} of {weight.dtype}, expected "
                f"{tuple(target.shape)} of {target.dtype}: the adapter belongs to another base model or space."
            )
        target.data.copy_(weight)


def _trained_names(module: nn.Module) -> list[str]:
    return [name for name, parameter in module.named_parameters() if parameter.requires_grad]
