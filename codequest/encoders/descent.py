"""The adapter that an encoder starts from: how it is found, and what the new one keeps of its record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codequest.encoders.base import QueryEncoder
from codequest.errors import InvalidInputError

if TYPE_CHECKING:
    from codequest.encoders.trainable import TrainableQueryEncoder

Start = str | Path | QueryEncoder
"""An adapter to start from: loaded, or the name or folder that `QueryEncoder.from_pretrained` takes."""

RECORD = "start"
"""Key of `QueryEncoder.training` for the adapter that an encoder descends from."""


def load_start(start: Start, *, of: tuple[str, ...], kind: str, device: str | None) -> QueryEncoder:
    """The adapter to start from.

    Args:
        start: See `Start`; of whatever space.
        of: Kinds that an encoder of the new kind can start from.
        kind: The new kind, for the message.
        device: Where it is loaded.

    Raises:
        InvalidInputError: It is of another kind.
        AdapterFormatError: No adapter, damaged, or of a kind that is not installed.
        WeightsNotFoundError: Its base model is not on this machine and cannot be fetched.
    """
    found = start if isinstance(start, QueryEncoder) else QueryEncoder.from_pretrained(start, device=device)
    if found.kind not in of:
        named = "The adapter given as start" if isinstance(start, QueryEncoder) else str(start)
        raise InvalidInputError(
            f"{named} is of the kind {found.kind}; an encoder of the kind {kind} can start from: {', '.join(of)}. "
            "Choose another start, or train without one."
        )
    return found


def refuse_options(start: Start, **given: Any) -> None:
    """Refuse options that the start decides.

    Raises:
        InvalidInputError: One of them is not None.
    """
    named = [name for name, value in given.items() if value is not None]
    if named:
        raise InvalidInputError(
            f"{', '.join(named)} cannot be chosen together with a start: they are those of {start}. Leave them out."
        )


def record_descent(encoder: TrainableQueryEncoder, start: Start, found: QueryEncoder) -> None:
    """Keep in the new encoder's record what it descends from: its card names the source, and whose data is in it."""
    kept: dict[str, Any] = {
        "adapter": _name(start),
        "kind": found.kind,
        "teacher": found.space.teacher,
        "dim": found.space.dim,
        "fingerprint": found.space.fingerprint,
    }
    kept |= {name: found.training[name] for name in ("recipe", "sources", RECORD) if found.training.get(name)}
    encoder.training = {RECORD: kept}


def descent_of(training: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an encoder's record that stays whatever it is trained on."""
    return {RECORD: training[RECORD]} if RECORD in training else {}


def _name(start: Start) -> str:
    """The name of an adapter; of a folder only its own, and nothing of where it lies."""
    if isinstance(start, QueryEncoder):
        return f"a {start.kind} encoder"
    folder = Path(start).expanduser()
    return folder.resolve().name if folder.is_dir() else str(start)
