"""One training run and its folder of checkpoints: the name of the run, and the check that the folder is its own."""

from __future__ import annotations

import atexit
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch import distributed

from codequest.encoders import TrainableQueryEncoder
from codequest.errors import TrainingError
from codequest.files import replace_file, take_lock, tidy
from codequest.json_files import read_bytes
from codequest.training.loop import last_checkpoint, remove_broken_checkpoints

RUN_FILE, _LOCK_FILE = "run.txt", "lock"


def processes() -> int:
    """Number of processes that ``torchrun`` or ``accelerate launch`` started for this run; 1 without them."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_main_process() -> bool:
    """Tell whether this process is the one that saves and reports."""
    return os.environ.get("RANK", "0") == "0"


def leave_process_group_at_exit() -> None:
    """Leave the process group at exit; otherwise gloo's threads may abort the process after all its work is done."""
    if processes() > 1:
        atexit.register(_leave_process_group)


def _leave_process_group() -> None:
    if distributed.is_available() and distributed.is_initialized():
        distributed.destroy_process_group()


def claim_folder(folder: Path, run: str) -> None:
    """Refuse the folder of another run, so that its checkpoints are neither continued nor overwritten.

    Args:
        folder: For checkpoints; made if it does not exist.
        run: Name of the run.

    Raises:
        TrainingError: The folder holds another run, or cannot be written.
    """
    marker = folder / RUN_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not marker.exists() and last_checkpoint(folder) is None:
            replace_file(marker, run.encode())  # all processes of a run come here at once
        found = read_bytes(marker).decode(errors="replace") if marker.exists() else None
    except OSError as error:
        raise TrainingError(f"Checkpoints cannot be written to {folder}: {error.strerror}.") from error
    if found != run:
        raise TrainingError(
            f"{folder} holds the checkpoints of another run (other data, encoder, configuration or number of "
            "processes). Choose another output_dir, or remove that folder."
        )


@contextmanager
def sole_run(folder: Path) -> Iterator[None]:
    """Hold a claimed folder against every other run, cleared of what killed ones left; its main process does.

    Raises:
        TrainingError: Another process is training this very run, or the folder cannot be written.
    """
    if not is_main_process():
        yield
        return
    try:
        lock = (folder / _LOCK_FILE).open("ab")
    except OSError as error:
        raise TrainingError(f"Checkpoints cannot be written to {folder}: {error.strerror}.") from error
    with lock:
        if take_lock(lock) == "taken":
            raise TrainingError(
                f"Another process is training this very run, with its checkpoints in {folder}. Wait for it, or choose "
                "another output_dir."
            )
        tidy(folder)
        remove_broken_checkpoints(folder)
        yield


def weights_digest(encoder: TrainableQueryEncoder) -> str:
    """Digest of the weights that training starts from."""
    weights = hashlib.sha256()
    for name, tensor in sorted(encoder.trained_tensors().items()):
        weights.update(name.encode())
        weights.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return weights.hexdigest()[:16]
