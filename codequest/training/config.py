"""DistillationConfig: everything that decides what a training run does."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from codequest.arguments import whole_number
from codequest.errors import InvalidInputError
from codequest.texts import shown

LossName = Literal["cosine", "mse", "similarity", "kl", "infonce", "found"]
Schedule = Literal["cosine", "linear", "constant"]
TrainingPrecision = Literal["auto", "fp32", "bf16"]

DOCUMENT_LOSSES = ("kl", "infonce", "found")


@dataclass(frozen=True, slots=True, kw_only=True)
class DistillationConfig:
    """Settings of a training run: the losses, how long they are minimised, and in which way.

    Attributes:
        losses: Weight of every loss: ``cosine``, ``mse`` and ``similarity`` need queries only; ``kl`` and ``infonce``
            also need labelled pairs, whose documents are the candidates; and ``found``, which compares the positives of
            a batch with all its texts.
        epochs: Passes over the queries.
        batch_size: Queries per step and process.
        gradient_accumulation: Batches per optimizer step.
        learning_rate: Peak learning rate of AdamW.
        warmup: Share of the steps in which the learning rate rises.
        schedule: Curve by which it falls after that.
        weight_decay: Weight decay of AdamW.
        temperature: Temperature of ``kl``, ``infonce`` and ``found``.
        candidates: Number of documents that ``kl`` and ``infonce`` compare a batch with, drawn anew at every step,
            besides its positives; None for all of them.
        duplicate_similarity: Documents whose teacher vectors are at least this close to a query's positive are no
            negatives for it: near-duplicate code.
        evaluations: Number of times in the whole run that the validation measure is taken and a checkpoint written.
        patience: Stop after this many evaluations without a better one; None for never.
        precision: ``"bf16"`` for mixed precision, ``"fp32"``, or ``"auto"``: bf16 where the device is faster in it.
        compile: Whether torch compiles the network first: a minute's wait, and steps up to half faster after it. On a
            CPU it needs a C++ compiler.
        seed: Seed of the order of the queries and of the validation split.
        report_to: Logging backends of transformers, such as ``"tensorboard"``.
    """

    losses: Mapping[LossName, float] = field(default_factory=lambda: {"cosine": 1.0})
    epochs: float = 3.0
    batch_size: int = 32
    gradient_accumulation: int = 1
    learning_rate: float = 5e-4
    warmup: float = 0.05
    schedule: Schedule = "cosine"
    weight_decay: float = 0.01
    temperature: float = 0.03
    candidates: int | None = None
    duplicate_similarity: float = 0.95
    evaluations: int = 10
    patience: int | None = None
    precision: TrainingPrecision = "auto"
    compile: bool = False
    seed: int = 0
    report_to: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        given = self.losses if isinstance(self.losses, Mapping) else {}
        if not given or set(given) - set(get_args(LossName)) or not all(map(_is_positive, given.values())):
            raise InvalidInputError(
                f"losses maps names to positive, finite weights, such as {{'cosine': 1}}, got {shown(self.losses)}. "
                f"Names: {', '.join(get_args(LossName))}."
            )
        for name in ("epochs", "learning_rate", "temperature"):
            if not _is_positive(getattr(self, name)):
                raise InvalidInputError(f"{name} must be positive and finite, got {shown(getattr(self, name))}.")
        for name in ("batch_size", "gradient_accumulation", "evaluations", "patience", "candidates"):
            if getattr(self, name) is not None or name not in ("patience", "candidates"):
                whole_number(getattr(self, name), name)
        if type(self.seed) is not int or not 0 <= self.seed < 2**32:
            raise InvalidInputError(f"seed must be a whole number from 0 to 2**32 - 1, got {self.seed!r}.")
        if not 0 <= self.warmup < 1:
            raise InvalidInputError(f"warmup is a share of the steps, at least 0 and below 1, got {self.warmup}.")
        for name, choices in (("schedule", Schedule), ("precision", TrainingPrecision)):
            if getattr(self, name) not in get_args(choices):
                choice = ", ".join(get_args(choices))
                raise InvalidInputError(f"{name} must be one of {choice}, got {getattr(self, name)!r}.")

    @property
    def needs_documents(self) -> bool:
        """Tell whether a loss compares queries with documents."""
        return any(name in DOCUMENT_LOSSES for name in self.losses)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; kept in the adapter folder."""
        values = asdict(self)
        return {**values, "losses": dict(self.losses), "report_to": list(self.report_to)}


def _is_positive(value: Any) -> bool:
    """Tell whether a value is a positive, finite number."""
    return isinstance(value, (int, float)) and 0 < value < math.inf


def digest(*parts: Any) -> str:
    """16 hexadecimal digits over JSON-ready values; they name everything that a run depends on."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:16]
