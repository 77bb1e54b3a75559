"""transformers.Trainer, told what is particular to distillation and nothing else."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import SafetensorError, safe_open
from torch import Tensor, distributed, nn
from torch._dynamo.exc import TorchDynamoException
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_callback import PrinterCallback, ProgressCallback
from transformers.trainer_utils import rotate_checkpoints

from codequest.backbone import Precision, faithful_half
from codequest.backbone.precision import DTYPES
from codequest.errors import TrainingError
from codequest.json_files import read_json
from codequest.progress import Progress, StopTraining
from codequest.training.candidates import Candidates
from codequest.training.config import DistillationConfig
from codequest.training.objective import weighted_loss
from codequest.training.sampler import LengthGroupedSampler
from codequest.training.targets import TargetCollator, TargetDataset, TrainingTargets

_STATE_FILE = "trainer_state.json"
_REMEDY = "Remove this checkpoint to go on from the one before it."


class _Student(nn.Module):
    """The network as accelerate may wrap it: it replaces `forward` for mixed precision and never puts it back."""

    def __init__(self, network: nn.Module, *, compiled: bool) -> None:
        super().__init__()
        self.network = network
        # A function and not a module: parameters and checkpoints keep their names.
        self._embed = torch.compile(network.forward, dynamic=True) if compiled else network.forward

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        vectors: Tensor = self._embed(**inputs)  # (batch, dim)
        return vectors


class DistillationLoop(transformers.Trainer):
    """Checkpoints, resume, mixed precision, logging, accumulation and several processes come from the base class.

    Args:
        network: Maps a batch's ``inputs`` to unit vectors.
        arguments: From `training_arguments`.
        config: The losses and their settings.
        targets: The frozen side.
        dataset: Training examples.
        collator: Their batches.
        validate: Measures the encoder as it is now; called at every evaluation.
    """

    def __init__(
        self,
        network: nn.Module,
        arguments: TrainingArguments,
        *,
        config: DistillationConfig,
        targets: TrainingTargets,
        dataset: TargetDataset,
        collator: TargetCollator,
        validate: Callable[[], dict[str, float]],
    ) -> None:
        # The base class wants an evaluation dataset; `evaluate` below has its own.
        student = _Student(network, compiled=config.compile)
        super().__init__(
            model=student, args=arguments, train_dataset=dataset, eval_dataset=dataset, data_collator=collator
        )
        self._student = student
        self.remove_callback(PrinterCallback)
        self.remove_callback(ProgressCallback)
        self.add_callback(MeasureTheEnd())
        self._config = config
        self._lengths = [len(query) for query in targets.queries]
        dtype = DTYPES[trained_in(config, arguments.device)]
        self._documents = torch.from_numpy(targets.document_vectors).to(arguments.device, dtype)  # (n, dim)
        self._validate = validate

    def compute_loss(  # type: ignore[override]
        self, model: nn.Module, inputs: Mapping[str, Any], return_outputs: bool = False, **_: Any
    ) -> Tensor | tuple[Tensor, Tensor]:
        """The weighted sum of the configured losses over one batch."""
        vectors = model(inputs["inputs"]).float()  # (batch, dim)
        everything = Candidates(self._documents, inputs["positives"], inputs["relevant"])
        total = weighted_loss(vectors, inputs["targets"], everything, self._config, step=self.state.global_step)
        return (total, vectors) if return_outputs else total

    def run(self, checkpoint: Path | None) -> None:
        """Train to the end, from a checkpoint if there is one; of a run that had ended, load the best weights.

        Raises:
            TrainingError: The network cannot be compiled here, or processes would go on from different checkpoints.
        """
        _refuse_apart(checkpoint)
        if checkpoint is None or not _ended(checkpoint):
            try:
                self.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
            except TorchDynamoException as error:
                reason = str(error).strip().splitlines()[0]
                raise TrainingError(
                    f"The network cannot be compiled here: {reason}. Install what is missing, such as g++, or train "
                    "with compile = false."
                ) from error
            return
        self.state = TrainerState.load_from_json(str(checkpoint / _STATE_FILE))
        self.state.best_model_checkpoint = str(checkpoint.parent / f"checkpoint-{self.state.best_global_step}")
        self._load_best_model()
        if self.is_world_process_zero():  # a kill may have come before the base class did it
            rotate_checkpoints(str(checkpoint.parent), self.args.save_total_limit, self.state.best_model_checkpoint)

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Measure retrieval, or cosine without documents, instead of a loss.

        The first process measures for all: processes that disagreed on the best checkpoint would wait for each other.
        """
        measured = [self._validate() if self.is_world_process_zero() else {}]
        if distributed.is_initialized():
            distributed.broadcast_object_list(measured)
        metrics = {f"eval_{name}": value for name, value in measured[0].items()}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def get_decay_parameter_names(self, model: nn.Module) -> list[str]:
        """Names of the parameters that decay: no table, since decay shrinks rows that no query of a batch has."""
        tables = [module for module in model.modules() if isinstance(module, (nn.Embedding, nn.EmbeddingBag))]
        exempt = {id(weight) for table in tables for weight in table.parameters()}
        parameters = dict(model.named_parameters())
        return [name for name in super().get_decay_parameter_names(model) if id(parameters[name]) not in exempt]

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthGroupedSampler:  # noqa: ARG002
        arguments = self.args
        per_step = arguments.train_batch_size * arguments.gradient_accumulation_steps * arguments.world_size
        return LengthGroupedSampler(self._lengths, batch_size=per_step, seed=self._config.seed)

    def _save_checkpoint(self, *given: Any, **options: Any) -> None:
        try:
            super()._save_checkpoint(*given, **options)
        except (OSError, SafetensorError, RuntimeError) as error:  # torch.save makes a RuntimeError of a full disk
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise TrainingError(
                f"Checkpoints cannot be written to {self.args.output_dir}: {reason.rstrip('.')}. Free some space and "
                "start the same run again: it continues from the last whole checkpoint."
            ) from error

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Tensor] | None = None) -> None:
        """Save only what is trained; the frozen base is loaded from its own place."""
        trained = {name for name, weight in self._student.named_parameters() if weight.requires_grad}
        state = self._student.state_dict() if state_dict is None else state_dict
        super()._save(output_dir, {name: weight for name, weight in state.items() if name in trained})

    def _issue_warnings_after_load(self, load_result: Any) -> None:
        """Warn of nothing: checkpoints leave out the frozen weights on purpose."""


class ReportProgress(TrainerCallback):
    """Passes training steps on to a `Progress`, and ends the run when that raises `StopTraining`."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:  # noqa: ARG002
        """Report after every optimizer step, from the first process only."""
        if not state.is_world_process_zero:
            return
        try:
            self._progress("training", state.global_step, state.max_steps)
        except StopTraining:
            control.should_evaluate = control.should_save = control.should_training_stop = True


class MeasureTheEnd(TrainerCallback):
    """Evaluates and keeps the last step like every other candidate, even between two intervals."""

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:  # noqa: ARG002
        """Ask for an evaluation and a checkpoint at the last step."""
        if state.global_step >= state.max_steps:
            control.should_evaluate = control.should_save = True


def training_arguments(
    config: DistillationConfig, folder: Path, *, device: torch.device, steps: int, metric: str
) -> TrainingArguments:
    """The Hugging Face arguments of a run.

    Args:
        config: Settings of the user.
        folder: Folder for checkpoints.
        device: Device of the encoder.
        steps: Optimizer steps of the whole run.
        metric: Name of the validation measure that chooses the best checkpoint; greater is better.
    """
    every = max(1, -(-steps // config.evaluations))
    cuda = device.type == "cuda"
    return TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=config.batch_size,
        gradient_accumulation_steps=config.gradient_accumulation,
        max_steps=steps,
        learning_rate=config.learning_rate,
        lr_scheduler_type="constant_with_warmup" if config.schedule == "constant" else config.schedule,
        warmup_steps=round(config.warmup * steps),
        weight_decay=config.weight_decay,
        seed=config.seed,
        bf16=trained_in(config, device) == "bf16",
        use_cpu=not cuda,
        dataloader_pin_memory=cuda,
        eval_strategy="steps",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=2,
        load_best_model_at_end=True,
        restore_callback_states_from_checkpoint=True,  # early stopping counts on where it was
        metric_for_best_model=metric,
        greater_is_better=True,
        logging_steps=max(1, every // 5),
        remove_unused_columns=False,
        ddp_find_unused_parameters=False,
        disable_tqdm=True,
        report_to=list(config.report_to) or "none",
    )


def trained_in(config: DistillationConfig, device: torch.device) -> Precision:
    """Number format that a run computes in on a device."""
    return faithful_half(device) if config.precision == "auto" else config.precision


def last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written to its end; one that a kill cut short is passed over."""
    newest_first = sorted(_checkpoints(folder), key=lambda path: int(path.name.rsplit("-", 1)[1]), reverse=True)
    return next((path for path in newest_first if _is_whole(path)), None)


def remove_broken_checkpoints(folder: Path) -> None:
    """Remove checkpoints that a kill cut short, while they were written or while they were removed."""
    for path in _checkpoints(folder):
        if not _is_whole(path):
            shutil.rmtree(path, ignore_errors=True)


def _checkpoints(folder: Path) -> list[Path]:
    return [path for path in folder.glob("checkpoint-*") if path.name.rsplit("-", 1)[1].isdecimal()]


def _is_whole(checkpoint: Path) -> bool:
    try:
        _state(checkpoint)  # its file is written last
        with safe_open(checkpoint / "model.safetensors", framework="pt"):
            pass
        saved = {checkpoint / "optimizer.pt", checkpoint / "scheduler.pt", *checkpoint.glob("*.pth")}
        for path in saved:  # torch.save writes a zip archive with checksums
            with zipfile.ZipFile(path) as archive:
                if archive.testzip() is not None:
                    return False
    except (OSError, ValueError, SafetensorError, TrainingError, zipfile.BadZipFile):
        return False
    return True


def _refuse_apart(checkpoint: Path | None) -> None:
    """Refuse processes of one run that see different checkpoints: they would train on as if they were together.

    Raises:
        TrainingError: They do.
    """
    if not distributed.is_initialized():
        return
    seen: list[str] = [""] * distributed.get_world_size()
    distributed.all_gather_object(seen, checkpoint.name if checkpoint else "none")
    if len(set(seen)) > 1:
        raise TrainingError(
            f"The processes of this run see different checkpoints: {', '.join(sorted(set(seen)))}. Give all machines "
            "one folder that they share, with output_dir or --checkpoints."
        )


def _ended(checkpoint: Path) -> bool:
    """Tell whether the run had ended when it wrote this checkpoint: at the last step planned, or stopped early."""
    try:
        return bool(_state(checkpoint)["stateful_callbacks"]["TrainerControl"]["args"]["should_training_stop"])
    except (KeyError, TypeError) as error:
        raise TrainingError(f"{checkpoint / _STATE_FILE} does not say whether the run had ended. {_REMEDY}") from error


def _state(checkpoint: Path) -> dict[str, Any]:
    path = checkpoint / _STATE_FILE
    return read_json(path, dict[str, Any], error=TrainingError, remedy=_REMEDY, most_bytes=None)
