"""One row per kind of encoder: what folders, commands, recipes, reports and benchmarks need to know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from codequest.arguments import did_you_mean
from codequest.errors import (
    AdapterFormatError,
    InvalidInputError,
    MissingDependencyError,
    distribution_name,
    has_torch,
)
from codequest.lazy import load
from codequest.progress import Progress, silent

if TYPE_CHECKING:
    from codequest.encoders.base import QueryEncoder
    from codequest.encoders.trainable import TrainableQueryEncoder
    from codequest.space import TeacherLike

Adaptation = Literal["teacher", "compact", "external", "internal", "static", "other"]
"""The way from a teacher to an encoder; decides color and marker in figures."""

ENTRY_POINT_GROUP = "codequest.encoders"
"""Installed packages add a kind with an entry point of its name in this group, whose value is ``module:Class``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderKind:
    """One kind of encoder.

    Attributes:
        name: Its name in adapter folders, commands and recipes.
        where: ``"module:Class"``.
        adaptation: How it is drawn.
        trains: True for a class that distillation can train.
        needs_torch: True when encoding needs torch; an export of it does not.
        derived: True for another form of an encoder or teacher, which is not exported again by a benchmark.
    """

    name: str
    where: str
    adaptation: Adaptation = "other"
    trains: bool = True
    needs_torch: bool = True
    derived: bool = False

    def load(self) -> type[QueryEncoder]:
        """The class.

        Raises:
            AdapterFormatError: The package that brings it cannot be imported.
        """
        try:
            found: type[QueryEncoder] = load(self.where)
        except (ImportError, AttributeError) as error:
            if self.where.startswith("codequest."):
                raise
            raise AdapterFormatError(
                f"The encoder kind {self.name!r} is installed as {self.where}, which cannot be imported: {error}."
            ) from error
        return found


_ROWS = (
    EncoderKind(
        name="exported", where="codequest.encoders.exported:ExportedQueryEncoder", trains=False, needs_torch=False,
        derived=True,
    ),
    EncoderKind(name="lora", where="codequest.encoders.lora:LoRAQueryEncoder", adaptation="internal"),
    EncoderKind(
        name="projection", where="codequest.encoders.projection:ProjectionQueryEncoder", adaptation="external"
    ),
    EncoderKind(
        name="quantized", where="codequest.encoders.quantized.encoder:QuantizedQueryEncoder", adaptation="compact",
        trains=False, derived=True,
    ),
    EncoderKind(
        name="static", where="codequest.encoders.static.encoder:StaticQueryEncoder", adaptation="static",
        needs_torch=False,
    ),
)  # fmt: skip


def find_kind(name: str) -> EncoderKind | None:
    """The row of a kind; None where there is none. Only a kind of someone else's costs a look at what is installed."""
    own = next((row for row in _ROWS if row.name == name), None)
    if own is not None or not isinstance(name, str):  # a damaged folder may hold anything as its kind
        return own
    return encoder_kinds().get(name)


def encoder_kinds() -> Mapping[str, EncoderKind]:
    """Every kind by name, sorted: those of codequest, and those of installed packages."""
    points = metadata.entry_points(group=ENTRY_POINT_GROUP)
    others = {point.name: EncoderKind(name=point.name, where=point.value) for point in points}
    found = {**others, **{row.name: row for row in _ROWS}}
    return {name: found[name] for name in sorted(found)}


def trainable_kinds() -> list[str]:
    """Names of the kinds that can be trained, sorted."""
    return [name for name, kind in encoder_kinds().items() if kind.trains]


def trainable_kind(name: str) -> EncoderKind:
    """The row of a kind that can be trained.

    Raises:
        InvalidInputError: There is no such kind, or it cannot be trained; lists those that can.
    """
    row = find_kind(name)
    if row is None or not row.trains:
        kinds = trainable_kinds()
        raise InvalidInputError(
            f"There is no kind {name!r} to train. Kinds: {', '.join(kinds)}.{did_you_mean(name, kinds)}"
        )
    return row


def trainable_class(name: str) -> type[TrainableQueryEncoder]:
    """The class of a kind that can be trained.

    Raises:
        InvalidInputError: There is no such kind, or it cannot be trained; lists those that can.
        AdapterFormatError: The package that brings it cannot be imported.
    """
    from codequest.encoders.trainable import TrainableQueryEncoder

    found = trainable_kind(name).load()
    if not issubclass(found, TrainableQueryEncoder):
        raise InvalidInputError(f"{found.__name__}, of the kind {name!r}, is no TrainableQueryEncoder.")
    return found


def adaptation(kind: str) -> Adaptation:
    """The adaptation of a kind of encoder, or of the teacher itself; ``"other"`` for a kind of someone else's."""
    if kind == "teacher":
        return "teacher"
    row = find_kind(kind)
    return "other" if row is None else row.adaptation


def encoder_class(kind: str, folder: Path) -> type[QueryEncoder]:
    """The class of an adapter kind.

    Raises:
        AdapterFormatError: There is no such kind; lists the kinds.
    """
    row = find_kind(kind)
    if row is None:
        raise AdapterFormatError(
            f"{folder} is an adapter of the unknown kind {kind!r}. This codequest has {', '.join(encoder_kinds())}. "
            "Update codequest, install the package that brings this kind, or train the adapter again."
        )
    return row.load()


def refuse_without_torch(kind: str, name: str | Path) -> None:
    """Refuse an adapter that runs in torch where torch is not installed.

    Args:
        kind: Its kind.
        name: Its name, for the message.

    Raises:
        MissingDependencyError: It does, and torch is not; says how to have the adapter without.
    """
    row = find_kind(kind)
    if row not in _ROWS or not row.needs_torch or has_torch():
        return
    graph = f"{Path(name).name}-int8"
    raise MissingDependencyError(
        f"{str(name)!r} is a {kind} encoder, which runs in torch, and torch is not installed. Its graph needs none: "
        f"where torch is, run codequest export {name} --precision int8 --out {graph}, copy that folder here and give "
        f"./{graph} instead. Or install torch here: pip install '{distribution_name()}[torch]'"
    )


def create_encoder(
    kind: str,
    teacher: TeacherLike,
    *,
    queries: Sequence[str],
    options: Mapping[str, Any],
    progress: Progress = silent,
) -> TrainableQueryEncoder:
    """An untrained encoder of a kind: what commands and recipes start from.

    Args:
        kind: One of `trainable_kinds`.
        teacher: Its space is the encoder's.
        queries: Those that it will be trained on.
        options: Arguments of the ``create`` of the kind's class, such as ``base``.
        progress: Called while this takes long.

    Raises:
        InvalidInputError: No such kind, one that cannot be trained, or options that its ``create`` does not take.
        WeightsNotFoundError: The base model is not on this machine and cannot be fetched.
    """
    chosen = trainable_class(kind)
    try:
        return chosen.create_for(teacher, queries=queries, options=options, progress=progress)
    except (TypeError, KeyError) as error:
        raise InvalidInputError(f"The {kind} encoder cannot be made with {dict(options)}: {error}.") from error
