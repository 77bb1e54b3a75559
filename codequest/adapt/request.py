"""Request: what a user asks of `adapt`, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from codequest.adapt.starts import leads_to
from codequest.adapters import find_adapter, shipped_adapters
from codequest.adapters.card_metadata import ONE_QUERY
from codequest.adapters.folder import read_config
from codequest.errors import InvalidInputError
from codequest.space import EmbeddingSpace
from codequest.teachers.registry import fastest

TransferKind = Literal["lora", "static"]

_STARTS: dict[TransferKind, tuple[str, ...]] = {"lora": ("minilm-lora", "minilm-l3-lora"), "static": ("static",)}
"""Adapters to start from, the first one unless it is too costly or another is of the teacher's own space."""

_CHEAPER = 0.5  # operations of a query, as a share of the teacher's: what costs more is no gain


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be adapted, from what, and in how many minutes.

    Attributes:
        teacher: Name of the teacher, as `load_teacher` reads it.
        dim: Length that the teacher's vectors are truncated to (Matryoshka models), or None.
        out: Folder for the adapter.
        minutes: Time for everything.
        code: Folders, repositories or files of the user's code.
        queries: Query file of the user's own, or None.
        index: File or folder of the vectors that the teacher gave for the user's documents, or None.
        texts: Their texts, where they are not in the index.
        kind: Kind of the encoder: ``"lora"`` or ``"static"``.
        start: Adapter to start from; None to choose one, ``"none"`` for a fresh start.
        max_tokens: Most tokens that an API may be asked to embed, or None.
        packages: Portions of files to read where the user's code gives too little; None for the packages installed
            here.
        probe: Whether to make sure that the teacher made the index.
        seed: Decides what is drawn and held out.
    """

    teacher: str
    out: Path
    dim: int | None = None
    minutes: float = 10.0
    code: tuple[str, ...] = ()
    queries: Path | None = None
    index: Path | None = None
    texts: Path | None = None
    kind: TransferKind = "lora"
    start: str | None = None
    max_tokens: int | None = None
    packages: tuple[tuple[Path, ...], ...] | None = None
    probe: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in _STARTS:
            raise InvalidInputError(f"kind must be one of {', '.join(_STARTS)}, got {self.kind!r}.")
        if not 0 < self.minutes < 10_000:
            raise InvalidInputError(f"minutes must be positive and at most a week, got {self.minutes}.")
        if self.max_tokens is not None and self.max_tokens < 1:
            raise InvalidInputError(f"max_tokens must be at least 1, got {self.max_tokens}.")
        if self.texts is not None and self.index is None:
            raise InvalidInputError(f"The texts {self.texts} belong to vectors: give those as well, with index.")

    @property
    def teacher_name(self) -> str:
        """The teacher's name: a model in the fastest way that keeps its vectors, an API with the limit of tokens."""
        if self.max_tokens is None:
            return fastest(self.teacher)
        from codequest.teachers.api.providers import PROVIDERS

        if self.teacher.partition(":")[0] not in PROVIDERS:
            raise InvalidInputError(
                f"max_tokens limits what an API is asked for; {self.teacher!r} is none. Leave it out."
            )
        return f"{self.teacher}{'&' if '?' in self.teacher else '?'}max_tokens_total={self.max_tokens}"

    def chosen_start(self, space: EmbeddingSpace, teacher_flops: int | None = None) -> str | None:
        """The adapter to start from: the one named, one of this very space if there is one, or the usual one.

        Args:
            space: The teacher's.
            teacher_flops: What it costs, of a model on this machine: of the usual ones that cost less than half, the
                best; the cheapest where none does.
        """
        if self.start is not None:
            return None if self.start == "none" else self.start
        usual = [name for name in _STARTS[self.kind] if name in shipped_adapters()]
        if teacher_flops is not None:
            usual = [name for name in usual if _flops(name) < _CHEAPER * teacher_flops] or usual[-1:]
        same = [name for name in shipped_adapters() if _is_of(name, self.kind, space)]
        if self.kind == "static" and not same:
            usual = [name for name in usual if read_config(find_adapter(name)).encoder["width"] <= space.dim]
        return next(iter([*(name for name in usual if name in same), *same, *usual]), None)


def _is_of(name: str, kind: str, space: EmbeddingSpace) -> bool:
    config = read_config(find_adapter(name))
    return config.kind == kind and leads_to(config, space)


def _flops(name: str) -> float:
    return 1e6 * float(read_config(find_adapter(name)).metrics[ONE_QUERY]["MFLOP"])
