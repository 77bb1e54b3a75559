"""The training of an adaptation: what is held out, and the two stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from codequest.adapt.ledger import Ledger
from codequest.adapt.material import Material, first_pairs, searched
from codequest.adapt.plan import LEAST_PAIRS, Plan, Speeds, steps_that_fit
from codequest.adapt.request import Request
from codequest.data import RetrievalDataset
from codequest.encoders import QueryEncoder, TrainableQueryEncoder
from codequest.progress import Progress, StopTraining
from codequest.teachers import CachedTeacher, Teacher
from codequest.training import DistillationConfig, DistillationTrainer, TrainingResult
from codequest.training.samples import hold_out, without
from codequest.training.split import hold_out_pairs
from codequest.training.trainer import EncoderMaker

SETTINGS: dict[str, dict[str, Any]] = {
    "lora": {"batch_size": 64, "learning_rate": 2e-3},
    "static": {"batch_size": 128, "learning_rate": 2e-3},
}
"""Settings of the regression by kind; see docs/your-teacher.md for what they were chosen by."""

ANCHORS = {"lora": 5.0, "static": 1.0}
"""Weight of the cosine to the teacher's query vectors in the refinement, next to 1 for finding its documents."""

_GENTLER = 0.2  # of the learning rate of the regression
_MOST_MEASURED = 300  # queries
_OVERRUN = 1.03  # of the budget less the time for measuring, when training is ended whatever is left of it


def learning_rate(kind: str, *, gently: bool) -> float:
    """That of a stage: gently in the refinement, and where the encoder has learned the space already."""
    return float(SETTINGS[kind]["learning_rate"]) * (_GENTLER if gently else 1)


@dataclass(frozen=True, slots=True)
class Division:
    """What is trained on, and what is measured on.

    Attributes:
        queries: Queries without labels to train on.
        pairs: Labelled queries to train on, web searches among them; or None.
        test: Labelled queries to measure on, with all documents; or None.
        unlabelled: Without `test`, queries to measure on.
    """

    queries: list[str]
    pairs: RetrievalDataset | None
    test: RetrievalDataset | None
    unlabelled: list[str]

    @property
    def documents(self) -> list[str]:
        """Every document that the teacher embeds."""
        return [] if self.test is None else list(self.test.documents.values())

    @property
    def held(self) -> list[str]:
        """Every query that is measured on."""
        return list(self.test.queries.values()) if self.test is not None else self.unlabelled

    @property
    def labelled(self) -> list[str]:
        """Every labelled query that the teacher embeds."""
        return [text for part in (self.pairs, self.test) if part is not None for text in part.queries.values()]

    def embedded_by(self, teacher: Teacher) -> Division:
        """What is left without the labelled queries and documents that a teacher which stopped has not embedded."""
        if not isinstance(teacher, CachedTeacher):
            return self
        documents, queries = teacher.missing(self.documents, "document"), teacher.missing(self.labelled, "query")
        if not documents and not queries:
            return self
        pairs, test = (_without(part, {*documents}, {*queries}) for part in (self.pairs, self.test))
        enough = pairs is not None and len(pairs.queries) >= LEAST_PAIRS
        return replace(self, pairs=pairs if enough else None, test=test)


def divide(material: Material, plan: Plan, *, seed: int) -> Division:
    """Hold some queries out, and take the planned number of the others."""
    pairs = test = None
    unlabelled: list[str] = []
    queries = material.queries
    if material.pairs is not None and plan.pairs >= LEAST_PAIRS:
        pairs, test = hold_out_pairs(first_pairs(material.pairs, plan.pairs), _MOST_MEASURED, seed=seed)
        pairs = searched(pairs, material.language, seed)
        queries = without(queries, test.queries.values() if test is not None else ())
    if test is None:
        share = min(0.1, _MOST_MEASURED / max(1, plan.queries))
        queries, unlabelled = hold_out(queries[: plan.queries], share=share, at_most=_MOST_MEASURED, seed=seed)
    return Division(queries[: plan.queries], pairs, test, unlabelled)


def _without(part: RetrievalDataset | None, documents: set[str], queries: set[str]) -> RetrievalDataset | None:
    """A labelled set without some texts, and without queries that these answer."""
    if part is None:
        return None
    kept = {key: text for key, text in part.documents.items() if text not in documents}
    known = {key for key, text in part.queries.items() if text not in queries}
    qrels = {key: judged for key, judged in part.qrels.items() if key in known and judged.keys() <= kept.keys()}
    return RetrievalDataset(part.name, part.queries, kept, qrels) if qrels else None


class Stages:
    """Regression of the teacher's query vectors, then refinement against its documents.

    Attributes:
        gained: Name of the validation measure of the longest stage, its value half-way and at the end; or None.

    Args:
        teacher: Gives the targets.
        ledger: Keeps what is decided.
        request: What is wanted.
        progress: Called while it trains.
        goes_on: Whether the encoder has learned this space already.
    """

    def __init__(
        self, teacher: Teacher, ledger: Ledger, request: Request, progress: Progress, *, goes_on: bool = False
    ) -> None:
        self.gained: tuple[str, float, float] | None = None
        self._teacher = teacher
        self._ledger = ledger
        self._request = request
        self._progress = progress
        self._goes_on = goes_on

    def train(
        self,
        create: Callable[[Sequence[str]], TrainableQueryEncoder],
        queries: list[str],
        division: Division,
        plan: Plan,
        speeds: Speeds,
        *,
        until: float,
    ) -> TrainableQueryEncoder:
        """The trained encoder.

        Args:
            create: Makes it from the queries that it is trained on.
            queries: Those of the division that the teacher has embedded.
            division: What is trained on.
            plan: Numbers of steps.
            speeds: What was measured.
            until: Seconds of the ledger's clock at which everything should be done.
        """
        end = until - plan.measuring_seconds
        labelled = list(division.pairs.queries.values()) if division.pairs is not None else []
        share = plan.regression / (plan.regression + plan.refinement)
        steps = self._steps("regression", plan.regression, share * (end - self._ledger.spent), speeds.step)
        config = self._config(steps, len(queries) + len(labelled), losses={"cosine": 1.0})
        encoder = self._stage(create, [*queries, *labelled], config, held=division.held, pairs=None, end=end)
        if division.pairs is not None and plan.refinement:
            steps = self._steps("refinement", plan.refinement, end - self._ledger.spent, speeds.step)
            mixed = queries[: len(division.pairs.queries)]
            losses = {"infonce": 1.0, "cosine": ANCHORS[self._request.kind]}
            config = self._config(steps, len(mixed) + len(labelled), losses=losses)
            encoder = self._stage(encoder, mixed, config, held=division.held, pairs=division.pairs, end=end)
        return encoder

    def _steps(self, stage: str, planned: int, seconds: float, step: float) -> int:
        """Steps of a stage, decided when it begins: the same after a kill, which finds the run by them."""
        kept = self._ledger.decided(stage)
        return int(kept) if kept is not None else self._ledger.decide(stage, steps_that_fit(planned, seconds, step))

    def _config(self, steps: int, examples: int, *, losses: dict[Any, float]) -> DistillationConfig:
        settings = SETTINGS[self._request.kind]
        refines = "infonce" in losses
        return DistillationConfig(
            losses=losses,
            epochs=max(1e-6, steps * settings["batch_size"] / examples),
            batch_size=settings["batch_size"],
            learning_rate=learning_rate(self._request.kind, gently=refines or self._goes_on),
            temperature=0.05,
            candidates=16384 if refines else None,
            evaluations=min(4, steps),
            seed=self._request.seed,
        )

    def _stage(
        self,
        encoder: QueryEncoder | EncoderMaker,
        queries: list[str],
        config: DistillationConfig,
        *,
        held: list[str],
        pairs: RetrievalDataset | None,
        end: float,
    ) -> TrainableQueryEncoder:

        def progress(description: str, done: int, total: int) -> None:
            self._progress(description, done, total)
            if description == "training" and self._ledger.spent > _OVERRUN * end:
                raise StopTraining

        trainer = DistillationTrainer(
            encoder, self._teacher, queries, config=config, pairs=pairs, exclude=held, progress=progress
        )
        result = trainer.train()
        self._ledger.write()
        self.gained = _gain(result) or self.gained
        return trainer.encoder


def _gain(result: TrainingResult) -> tuple[str, float, float] | None:
    if len(result.history) < 2:
        return None
    values = [value for _, value in result.history]
    return result.measure, values[(len(values) - 1) // 2], values[-1]
