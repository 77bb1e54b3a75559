"""Recipe: everything that makes a set of adapters, in one TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from codequest.encoders.kinds import Adaptation
from codequest.space import Side
from codequest.training.config import DistillationConfig

COMPACT_KINDS = ("quantized", "exported")
"""Kinds that a recipe makes without training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One training run of an encoder; it starts where the stage before it ended.

    Attributes:
        config: The losses, how long they are minimised, and in which way.
        queries: Number of the queries without labels to use; None for all.
        documents: Number of the pairs' documents to regress as well.
        pairs: Whether to train on the labelled pairs.
        assistant: Whether the recipe's assistant gives the vectors to regress, instead of the teacher.
    """

    config: DistillationConfig
    queries: int | None = None
    documents: int = 0
    pairs: bool = False
    assistant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderRecipe:
    """The making of one encoder.

    Attributes:
        kind: One of `codequest.encoders.kinds.trainable_kinds`, or of `COMPACT_KINDS`: ``"quantized"`` is the teacher
            in lower precision, ``"exported"`` the graph of the start. Empty for the kind of the start.
        start: An adapter: its folder or name; the encoder's own name is that of an adapter to go on from. Without a
            kind, one of the teacher's own space is trained further as it is. Otherwise it is what the class's
            ``create`` takes as ``start``; or, with the kind ``"lora"``, a projection whose base and map are the start.
        side: Side that it learns to embed; for ``"document"`` see `DistillationTrainer`. Its stages then train on the
            documents of the pairs.
        queries_by: With the side ``"document"``, an adapter whose query vectors the documents learn to be found by;
            the teacher's by default.
        options: Arguments of the class's ``create``, or of ``export``.
        stages: In their order; those of the recipe where the encoder has none of its own.
    """

    kind: str = ""
    start: str = ""
    side: Side = "query"
    queries_by: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Data, teacher and encoders.

    Attributes:
        teacher: Name of a teacher on this machine; for another one it only says which to name.
        queries: Files or folders of queries without labels.
        pairs: Names of labelled datasets to train on.
        evaluate: Names of the datasets that every encoder is measured on; their queries are never trained on.
        validate: Names of the datasets that choose checkpoints, all of them as one.
        exclude: Files or folders of further queries that are never trained on.
        at_most: Largest number of queries to use of a source, by its name in `queries` or `pairs`: a sample drawn by
            the seed, of labelled ones with their own documents only.
        searches: Language of a labelled dataset, by its name in `pairs`: next to every query of it stands one in the
            form of a web search.
        hold_out: Number of queries of a labelled dataset, by its name, that are not trained on but measured on; every
            other query of their documents is not trained on either.
        seed: Seed of samples, splits and random starts.
        assistant: Settings for training the teaching assistant on the pairs, a linear map; or the name of an encoder
            of this recipe or of an adapter, whose query vectors are the assistant's; or None.
        about: Description and licence of the data, by the names in `queries` and `pairs`; for the cards.
        encoders: By the name of their adapter.
        study: Names of encoders by the adaptation that they are points of: their trade-offs of quality and cost are
            measured and drawn, see `codequest.report.recipe_study`.
        source: Contents of the file.
    """

    teacher: str
    queries: tuple[str, ...]
    pairs: tuple[str, ...] = ()
    evaluate: tuple[str, ...]
    validate: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    at_most: Mapping[str, int] = field(default_factory=dict)
    searches: Mapping[str, str] = field(default_factory=dict)
    hold_out: Mapping[str, int] = field(default_factory=dict)
    seed: int = 0
    assistant: DistillationConfig | str | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    encoders: Mapping[str, EncoderRecipe]
    study: Mapping[Adaptation, tuple[str, ...]] = field(default_factory=dict)
    source: str = ""
