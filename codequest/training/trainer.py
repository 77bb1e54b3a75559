"""DistillationTrainer: the one loop that all trainable encoders share."""

from __future__ import annotations

import hashlib
import math
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import uuid4

from transformers import EarlyStoppingCallback

from codequest.encoders import QueryEncoder, TrainableQueryEncoder
from codequest.errors import InvalidInputError, TrainingError
from codequest.evaluation import RetrievalDataset
from codequest.progress import Progress, silent
from codequest.teachers import CachedTeacher, Teacher, VectorsTeacher
from codequest.texts import checked_texts
from codequest.training.checks import DataWarning, check_queries
from codequest.training.config import DistillationConfig, digest
from codequest.training.data import hold_out, normal_form, without
from codequest.training.loop import DistillationLoop, ReportProgress, last_checkpoint, training_arguments
from codequest.training.targets import TargetCollator, TargetDataset, TrainingTargets, compute_targets
from codequest.training.validation import Validator
from codequest.weights import cache_root

RUN_FILE = "run.txt"
_HELD_OUT_PAIRS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingResult:
    """What a training run did.

    Attributes:
        steps: Optimizer steps made; fewer than planned when stopped early.
        best: The validation measure of the weights that were kept.
        measure: Its name: ``"nDCG@10"`` with validation documents, ``"cosine"`` without.
        history: (step, value) of the validation measure at every evaluation.
        folder: Where the checkpoints are.
    """

    steps: int
    best: float
    measure: str
    history: tuple[tuple[int, float], ...]
    folder: Path


class DistillationTrainer:
    """Trains an encoder to give its teacher's vectors, or better ones for search.

    The teacher's vectors are computed once and kept on disk. An interrupted run continues from its last checkpoint
    when the same run is started again, and ends with the weights of an uninterrupted one. Starts under ``torchrun``
    or ``accelerate launch`` as it is, with one copy per process.

    Args:
        encoder: Trained in place. An untrained one starts from the closed-form map; a trained one from where it is.
        teacher: Made the vectors of the index; gives the targets.
        train_queries: Queries without labels; may be empty when there are pairs. Queries that differ only in case or
            spacing count once.
        config: What to minimise and for how long.
        pairs: Queries labelled with documents; their documents are the candidates of ``kl`` and ``infonce``.
        validation: Chooses the best checkpoint by nDCG@10. Without it, a twentieth of the pairs is held out for that
            when a loss needs pairs, and otherwise some queries are, whose cosine then decides.
        output_dir: For checkpoints; by default a folder of the cache that belongs to this very run.
        progress: Called during everything that takes long.

    Raises:
        InvalidInputError: No queries, an encoder that cannot be trained, or a loss that needs pairs without pairs.
        SpaceMismatchError: The encoder is not of the teacher's space.
    """

    def __init__(
        self,
        encoder: QueryEncoder,
        teacher: Teacher,
        train_queries: Sequence[str],
        *,
        config: DistillationConfig | None = None,
        pairs: RetrievalDataset | None = None,
        validation: RetrievalDataset | None = None,
        output_dir: str | Path | None = None,
        progress: Progress = silent,
    ) -> None:
        teacher.space.check(encoder.space, context="This encoder cannot be trained by this teacher")
        if not isinstance(encoder, TrainableQueryEncoder):
            raise InvalidInputError(
                f"A {type(encoder).__name__} has nothing to train. Train a ProjectionQueryEncoder or LoRAQueryEncoder."
            )
        self.config = config or DistillationConfig()
        if self.config.needs_documents and pairs is None:
            raise InvalidInputError(
                f"The losses {sorted(self.config.losses)} compare queries with documents: give pairs=, or use cosine, "
                "mse or similarity."
            )
        queries = checked_texts(train_queries, name="train_queries")
        if not queries and pairs is None:
            raise InvalidInputError("There is nothing to train on: train_queries is empty and there are no pairs.")
        self.encoder = encoder
        self.teacher = teacher if isinstance(teacher, (CachedTeacher, VectorsTeacher)) else CachedTeacher(teacher)
        self.pairs = pairs
        self.validation = self._validation_set(validation)
        self.queries, self.held_out, self._excluded = self._split(queries)
        self._refuse_nothing_left(len(queries))
        self.progress = progress
        self.output_dir = Path(output_dir) if output_dir else cache_root() / "runs" / self._run_digest()

    def train(self) -> TrainingResult:
        """Train, keep the best weights, and say what happened.

        Returns:
            Steps, measures and the folder of the checkpoints. The encoder is ready to encode and to save.

        Raises:
            TeacherError: The teacher failed; vectors it already gave are kept.
            TrainingError: The folder holds another run, or training diverged.
        """
        self._claim_folder()
        targets = compute_targets(
            self.teacher, self.queries, self.pairs, excluded=self._excluded, progress=self.progress
        )
        self._warn(targets)
        inputs = self.encoder.prepare(targets.queries, progress=self.progress)
        if not self.encoder.training:
            self.encoder.initialize(inputs, targets.query_vectors, progress=self.progress)
        self.encoder.begin_training()
        loop = self._loop(targets, inputs)
        checkpoint = last_checkpoint(self.output_dir)
        try:
            loop.run(checkpoint)
        finally:
            self.encoder.network.eval()
            self.encoder.end_training()
        return self._finish(loop, targets)

    def _validation_set(self, given: RetrievalDataset | None) -> RetrievalDataset | None:
        """What is given; else, when documents are learned from, some of the pairs: retrieval, for cosine would fall."""
        if given is not None or self.pairs is None or not self.config.needs_documents:
            return given
        _, held_out = hold_out(list(self.pairs.queries), share=_HELD_OUT_PAIRS, at_most=500, seed=self.config.seed)
        return self.pairs.subset(held_out) if held_out else None

    def _split(self, queries: list[str]) -> tuple[list[str], list[str], set[str]]:
        """Training queries, queries held out of them, and the normal forms that must not be trained on."""
        distinct: dict[str, str] = {}
        for query in queries:
            distinct.setdefault(normal_form(query), query)
        if self.validation is not None:
            validated = list(self.validation.queries.values())
            return without(list(distinct.values()), validated), [], {normal_form(text) for text in validated}
        if len(distinct) < 2 and self.pairs is not None:
            return list(distinct.values()), list(self.pairs.queries.values()), set()
        training, held_out = hold_out(list(distinct.values()), seed=self.config.seed)
        return training, held_out, {normal_form(text) for text in held_out}

    def _refuse_nothing_left(self, given: int) -> None:
        labelled = [] if self.pairs is None else list(self.pairs.queries.values())
        if not self.queries and all(normal_form(query) in self._excluded for query in labelled):
            raise InvalidInputError(
                f"There is nothing to train on: all {given} train_queries and {len(labelled)} pairs are queries of the "
                "validation set."
            )
        if self.validation is None and not self.held_out:
            raise InvalidInputError(
                f"{given} train_queries leave none to validate with: give at least 2 distinct ones, or validation=."
            )

    def _loop(self, targets: TrainingTargets, inputs: Sequence[Mapping[str, Any]]) -> DistillationLoop:
        validator = Validator(
            self.encoder, self.teacher, dataset=self.validation, held_out=self.held_out, progress=self.progress
        )
        arguments = training_arguments(
            self.config, self.output_dir, steps=self._steps(len(targets.queries)), metric=validator.measure
        )
        loop = DistillationLoop(
            self.encoder.network,
            arguments,
            config=self.config,
            targets=targets,
            dataset=TargetDataset(inputs, targets),
            collator=TargetCollator(self.encoder),
            validate=validator,
        )
        loop.add_callback(ReportProgress(self.progress))
        if self.config.patience is not None:
            loop.add_callback(EarlyStoppingCallback(early_stopping_patience=self.config.patience))
        return loop

    def _examples_per_step(self) -> int:
        processes = int(os.environ.get("WORLD_SIZE", "1"))
        return self.config.batch_size * self.config.gradient_accumulation * processes

    def _steps(self, examples: int) -> int:
        return max(1, math.ceil(self.config.epochs * examples / self._examples_per_step()))

    def _warn(self, targets: TrainingTargets) -> None:
        tokenizer = self.encoder.backbone.tokenizer
        problems = check_queries(
            targets.queries,
            token_count=lambda texts: [len(ids) for ids in tokenizer(list(texts), verbose=False)["input_ids"]],
            max_tokens=self.encoder.backbone.max_tokens,
        )
        for problem in problems:
            warnings.warn(problem, DataWarning, stacklevel=3)

    def _run_digest(self) -> str:
        """Names this run: the same inputs always give the same name."""
        given = [data for data in (self.pairs, self.validation) if data is not None]
        return digest(
            metadata.version("codequest"),
            self.encoder.kind,
            self.encoder.describe(),
            self.encoder.space.fingerprint,
            self.encoder.training,
            _weights_digest(self.encoder),
            self.config.to_dict(),
            self._examples_per_step(),
            self.queries,
            self.held_out,
            [[data.queries, data.documents, data.qrels] for data in given],
        )

    def _claim_folder(self) -> None:
        """Refuse the folder of another run, so that its checkpoints are neither continued nor overwritten."""
        name, marker = self._run_digest(), self.output_dir / RUN_FILE
        try:
            self.output_dir.mkdir(parents=True, exist_ok=True)
            if not marker.exists() and last_checkpoint(self.output_dir) is None:
                # All processes of a run come here at once: moved into place, no marker is ever seen half-written.
                written = marker.with_name(f"{RUN_FILE}.{uuid4().hex}")
                written.write_text(name, encoding="utf-8")
                written.replace(marker)
            found = marker.read_text(encoding="utf-8") if marker.exists() else None
        except OSError as error:
            raise TrainingError(f"Checkpoints cannot be written to {self.output_dir}: {error.strerror}.") from error
        if found != name:
            raise TrainingError(
                f"{self.output_dir} holds the checkpoints of another run (other data, encoder or configuration). "
                "Choose another output_dir, or remove that folder."
            )

    def _finish(self, loop: DistillationLoop, targets: TrainingTargets) -> TrainingResult:
        state = loop.state
        measure = str(loop.args.metric_for_best_model)
        history = tuple(
            (int(entry["step"]), float(entry[f"eval_{measure}"]))
            for entry in state.log_history
            if f"eval_{measure}" in entry
        )
        best = max((value for _, value in history), default=float("nan"))
        previous = list(self.encoder.training.get("stages", []))
        stage = {
            "config": self.config.to_dict(),
            "queries": len(targets.queries),
            "pairs": int((targets.positives >= 0).sum()),
            "data_digest": digest(targets.queries),
            "steps": state.global_step,
            "validation": {"measure": measure, "best": best},
        }
        self.encoder.training = {"stages": [*previous, stage]}
        return TrainingResult(
            steps=state.global_step, best=best, measure=measure, history=history, folder=self.output_dir
        )


def _weights_digest(encoder: TrainableQueryEncoder) -> str:
    """Names the weights that training starts from."""
    weights = hashlib.sha256()
    for name, tensor in sorted(encoder.trained_tensors().items()):
        weights.update(name.encode())
        weights.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return weights.hexdigest()[:16]
