"""DistillationTrainer: the one loop that all trainable encoders share."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from transformers import EarlyStoppingCallback

from codequest.data import RetrievalDataset
from codequest.encoders import QueryEncoder
from codequest.encoders.descent import descent_of
from codequest.encoders.given import GivenEncoder, encoder_given
from codequest.errors import InvalidInputError, TrainingError, require
from codequest.files import cache_root
from codequest.progress import Progress, silent
from codequest.space import Side
from codequest.teachers import Teacher, cached
from codequest.teachers.registry import teacher_given
from codequest.texts import checked_texts, counted
from codequest.training.config import DistillationConfig, digest
from codequest.training.data_checks import DataWarning, check_data, check_trainable
from codequest.training.document_side import ExchangedSides, exchanged
from codequest.training.loop import DistillationLoop, ReportProgress, last_checkpoint, training_arguments
from codequest.training.references import reference_vectors_of
from codequest.training.run_folder import (
    claim_folder,
    leave_process_group_at_exit,
    processes,
    sole_run,
    weights_digest,
)
from codequest.training.split import TrainingSplit, split
from codequest.training.targets import TargetCollator, TargetDataset, TrainingTargets, compute_targets
from codequest.training.validation import Validator
from codequest.version import __version__

EncoderMaker = Callable[[Sequence[str]], QueryEncoder]
"""Makes an untrained encoder from the queries that it will be trained on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingResult:
    """Result of a training run.

    Attributes:
        steps: Optimizer steps made; fewer than planned when stopped early.
        best: The validation measure of the weights that were kept.
        measure: Its name: ``"nDCG@10"`` with validation documents, ``"cosine"`` without.
        history: (step, value) of the validation measure at every evaluation.
        yardstick: What to compare them with: see `codequest.training.validation.Validator.yardstick`.
        folder: Folder of the checkpoints.
    """

    steps: int
    best: float
    measure: str
    history: tuple[tuple[int, float], ...]
    yardstick: float
    folder: Path


class DistillationTrainer:
    """Trains an encoder to give its teacher's vectors, or better ones for search.

    The teacher's vectors are computed once and kept on disk. An interrupted run continues from its last checkpoint
    when the same run is started again, and ends with the weights of an uninterrupted one. Starts under ``torchrun``
    or ``accelerate launch`` as it is, with one copy per process; then ``similarity`` compares the queries of one
    process only, and every other loss is what one process would compute over the whole batch.

    Args:
        encoder: The encoder to train, in place, or its name or folder; one that was trained for this space starts from
            its weights, any other from the closed-form map. Or a function that makes an encoder from the queries that
            it will be trained on: then those of validation and the excluded ones have no influence on it.
        teacher: Made the vectors of the index; gives the targets. Or its name.
        train_queries: Queries without labels; may be empty when there are pairs.
        config: The losses, and how long they are minimised.
        documents: Texts of the index to regress as well, towards the teacher's document vectors; long ones are cut.
        pairs: Queries labelled with documents; their documents are the candidates of ``kl`` and ``infonce``.
        validation: Chooses the best checkpoint by nDCG@10. Without it, a twentieth of the pairs is held out for that;
            without pairs, some queries are, and their cosine decides.
        exclude: Queries that must not be trained on, such as those of a test set; compared without regard to case and
            spacing. Those of `validation` are left out in any case.
        side: Side of the texts that the encoder learns to embed. With ``"document"`` the sides are exchanged:
            `train_queries` and `exclude` are documents, and the documents of the pairs learn to be found by their
            queries, whose vectors are the teacher's; afterwards the encoder has `encode_documents`.
        output_dir: For checkpoints; by default a folder of the cache that belongs to this very run.
        progress: Called during everything that takes long; may raise `codequest.progress.StopTraining` at a step.

    Raises:
        InvalidInputError: No queries, an encoder that cannot be trained, or a loss that needs pairs without pairs.
        SpaceMismatchError: The encoder is not of the teacher's space.
        MissingDependencyError: Validation by retrieval needs the extra ``evaluation``.
    """

    def __init__(
        self,
        encoder: GivenEncoder | EncoderMaker,
        teacher: Teacher | str,
        train_queries: Sequence[str],
        *,
        config: DistillationConfig | None = None,
        documents: Sequence[str] = (),
        pairs: RetrievalDataset | None = None,
        validation: RetrievalDataset | None = None,
        exclude: Iterable[str] = (),
        side: Side = "query",
        output_dir: str | Path | None = None,
        progress: Progress = silent,
    ) -> None:
        teacher = teacher_given(teacher)
        made = encoder if callable(encoder) else encoder_given(encoder)
        if isinstance(made, QueryEncoder):
            check_trainable(made, teacher)
        self.config = config or DistillationConfig()
        self._side, self._assistant = side, teacher.variant or None
        if side == "document":
            teacher = ExchangedSides(cached(teacher))
            pairs, validation = pairs and exchanged(pairs), validation and exchanged(validation)
        compared = f"The losses {sorted(self.config.losses)} compare queries with documents"
        if self.config.needs_documents and pairs is None:
            raise InvalidInputError(f"{compared}: give pairs=, or use cosine, mse or similarity.")
        queries = checked_texts(train_queries, name="train_queries")
        self._documents = checked_texts(documents, name="documents")
        given = exclude if isinstance(exclude, str) else list(exclude)
        excluded = checked_texts(given, name="exclude", allow_empty=True)
        self.data: TrainingSplit = split(queries, pairs, validation, exclude=excluded, seed=self.config.seed)
        if self.config.needs_documents and self.data.pairs is None:
            raise InvalidInputError(
                f"{compared}, and no pair is left to train on once the queries of the validation set and the excluded "
                "ones are taken out."
            )
        if self.data.validation is not None:
            require("ir_measures", extra="evaluation")
        encoder = made if isinstance(made, QueryEncoder) else made(self.data.training_texts)
        self.encoder = check_trainable(encoder, teacher)
        self.teacher = cached(teacher)
        self.progress = progress
        self._start = {name: tensor.detach().clone() for name, tensor in self.encoder.trained_tensors().items()}
        self._before = dict(self.encoder.training)
        self._known = {weights_digest(self.encoder)}
        self._run = self._run_digest()
        self.output_dir = Path(output_dir) if output_dir else cache_root() / "runs" / self._run

    def train(self) -> TrainingResult:
        """Train, keep the best weights, and report on the run.

        Returns:
            Steps, measures and the folder of the checkpoints. The encoder is ready to encode and to save.

        Raises:
            TeacherError: The teacher failed; vectors it already gave are kept.
            TrainingError: The folder holds another run or cannot be written, training diverged, or the weights of the
                encoder are no longer those it had when this trainer was made.
        """
        self._refuse_other_weights()
        claim_folder(self.output_dir, self._run)
        targets = compute_targets(
            self.teacher,
            self.data.queries,
            self.data.pairs,
            regressed_documents=self._documents,
            with_documents=self.config.needs_documents,
            with_queries=bool(set(self.config.losses) - {"infonce", "found"}) or not self._before.get("stages"),
            progress=self.progress,
        )
        self._warn(targets)
        inputs = self.encoder.prepare(targets.queries, progress=self.progress)
        with sole_run(self.output_dir), self._training():
            if not self._before.get("stages"):
                self.encoder.initialize(inputs, targets.query_vectors, progress=self.progress)
            leave_process_group_at_exit()
            loop = self._loop(targets, inputs)
            loop.run(last_checkpoint(self.output_dir))
        return self._finish(loop, targets)

    @contextmanager
    def _training(self) -> Iterator[None]:
        """Begin at the starting weights, and put them back when interrupted: training can always start again."""
        self.encoder.begin_training()
        self._rewind()
        try:
            yield
        except BaseException:
            self._rewind()
            self.encoder.training = dict(self._before)
            raise
        finally:
            self.encoder.network.eval()
            self.encoder.end_training()

    def _rewind(self) -> None:
        for name, tensor in self.encoder.trained_tensors().items():
            tensor.data.copy_(self._start[name])

    def _refuse_other_weights(self) -> None:
        """Refuse an encoder whose weights have changed: the run is named by the weights it starts from."""
        if weights_digest(self.encoder) not in self._known:
            raise TrainingError(
                "The weights of this encoder have changed since this DistillationTrainer was made. Make a new one to "
                "train on from them."
            )

    def _loop(self, targets: TrainingTargets, inputs: Sequence[Mapping[str, object]]) -> DistillationLoop:
        validator = self._validator = Validator(
            self.encoder,
            self.teacher,
            dataset=self.data.validation,
            held_out=self.data.held_out,
            progress=self.progress,
        )
        arguments = training_arguments(
            self.config,
            self.output_dir,
            device=self.encoder.device,
            steps=max(1, math.ceil(self.config.epochs * len(targets.queries) / self._examples_per_step())),
            metric=validator.measure,
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
        return self.config.batch_size * self.config.gradient_accumulation * processes()

    def _warn(self, targets: TrainingTargets) -> None:
        found = check_data(self.encoder, targets.queries, side=self._side)
        if set(self.config.losses) == {"infonce"} and self.data.queries:
            unused = f"the {counted(len(self.data.queries), 'text')} without labels. Add cosine or kl."
            found.append(f"The only loss is infonce, which learns nothing from {unused}")
        for problem in found:
            warnings.warn(problem, DataWarning, stacklevel=3)

    def _run_digest(self) -> str:
        """Name of this run: the same inputs always give the same name."""
        given = [data for data in (self.data.pairs, self.data.validation) if data is not None]
        return digest(
            __version__,
            self.encoder.kind,
            self.encoder.describe(),
            self.encoder.space.fingerprint,
            self.teacher.variant,
            self.encoder.training,
            weights_digest(self.encoder),
            self.config.to_dict(),
            self._examples_per_step(),
            self.data.queries,
            self._documents,
            self.data.held_out,
            [[data.queries, data.documents, data.qrels] for data in given],
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
        stage = {
            "config": self.config.to_dict(),
            "queries": len(self.data.queries),
            "documents": len(self._documents),
            "side": self._side,
            "assistant": self._assistant,
            "pairs": int((targets.positives >= 0).sum()),
            "pairs_from": self.data.pairs.name if self.data.pairs else None,
            "data_digest": digest(targets.queries, dict(self.data.pairs.documents) if self.data.pairs else None),
            "steps": state.global_step,
            "validation": {
                "on": self.data.validation.name if self.data.validation else f"{len(self.data.held_out)} queries",
                "measure": measure,
                "best": best,
            },
        }
        self.encoder.documents |= self._side == "document"
        self.encoder.training = {**descent_of(self._before), "stages": [*self._before.get("stages", []), stage]}
        self._known.add(weights_digest(self.encoder))
        self.encoder.reference_vectors = reference_vectors_of(self.teacher) or self.encoder.reference_vectors
        self.encoder.metrics = {}  # earlier measurements are of other weights
        compared, folder = self._validator.yardstick(), self.output_dir
        return TrainingResult(
            steps=state.global_step, best=best, measure=measure, history=history, yardstick=compared, folder=folder
        )
