"""BenchResult: every figure of every round, ratios with their spread, as JSON and on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from codequest.bench.competitors import TEACHER
from codequest.errors import InvalidInputError
from codequest.files import readable_json, save_file
from codequest.json_files import checked, parse_json, read_json

FORMAT_VERSION = 1
_REMEDY = "Expected a file that codequest bench --out wrote."

FIGURES: Mapping[str, bool] = {
    "single p50 ms": False,
    "single p95 ms": False,
    "single texts/s": True,
    "single peak MB": False,
    "batch p50 ms": False,
    "batch p95 ms": False,
    "batch texts/s": True,
    "batch peak MB": False,
    "cold start ms": False,
    "disk MB": False,
}
"""Every figure, and whether more of it is better.

``single`` is one text at a time, ``batch`` 256 at once. A cold start lasts from the start of the process to the first
vector. The peak of memory is that of the whole process: after texts one at a time, and after batches too. ``disk`` is
what all files take that a competitor is loaded from, its base model included.
"""


class Spread(NamedTuple):
    """A figure, or a ratio, over the rounds."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRow:
    """Measurements of one competitor; None where it is not known.

    Attributes:
        name: What the tables call it.
        rounds: The figures of every round, by name: those of `FIGURES` that it has.
        versions: Versions of the libraries that its process had loaded, by name; torch only where it was needed.
        reference: Name of the competitor whose vectors it should give.
        bare_of: Name of the competitor that this one is without everything around its graph and tokenizer.
        cosine: Mean cosine to those vectors.
        ndcg: nDCG@10 of its query vectors in the teacher's document vectors, 0 to 1.
        retention: nDCG@10 over that of the teacher.
        retention_low: Lower end of its 95% interval.
        retention_high: Upper end of its 95% interval.
    """

    name: str
    rounds: tuple[Mapping[str, float], ...]
    versions: Mapping[str, str] = field(default_factory=dict)
    reference: str | None = None
    bare_of: str | None = None
    cosine: float | None = None
    ndcg: float | None = None
    retention: float | None = None
    retention_low: float | None = None
    retention_high: float | None = None

    def spread(self, figure: str) -> Spread | None:
        """Median, least and most of a figure over the rounds; None when it was not measured."""
        return _spread([figures[figure] for figures in self.rounds if figure in figures])


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """Result of a benchmark, and what it was measured with.

    Attributes:
        rows: Who took part.
        baseline: Name of the one that ratios are to.
        not_run: Why others could not take part, by name.
        threads: Threads of every competitor.
        texts: Distinct texts that were timed.
        dataset: Name of the dataset of every retention; None without one.
        machine: What it ran on.
    """

    rows: tuple[BenchRow, ...]
    threads: int
    texts: int
    baseline: str = TEACHER
    not_run: Mapping[str, str] = field(default_factory=dict)
    dataset: str | None = None
    machine: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.row(self.baseline)

    def row(self, name: str) -> BenchRow:
        """Measurements of a competitor.

        Raises:
            InvalidInputError: Nobody of that name took part.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise InvalidInputError(f"{name!r} was not measured. Measured were {', '.join(row.name for row in self.rows)}.")

    def ratio(self, name: str, figure: str) -> Spread | None:
        """Ratio to the baseline in the same round: above 1 is faster, smaller or earlier.

        Returns:
            Median, least and most over the rounds; None when it was not measured of both.
        """
        pairs = zip(self.row(name).rounds, self.row(self.baseline).rounds, strict=True)
        known = [(own[figure], base[figure]) for own, base in pairs if figure in own and figure in base]
        return _spread([own / base if FIGURES[figure] else base / own for own, base in known])

    def overhead(self, bare: BenchRow) -> Spread | None:
        """Time that `encode` of one query adds to graph and tokenizer alone, in the same round: 0.1 is a tenth."""
        rounds = zip(self.row(bare.bare_of or "").rounds, bare.rounds, strict=True)
        return _spread([full["single p50 ms"] / only["single p50 ms"] - 1 for full, only in rounds])

    def to_dict(self) -> dict[str, Any]:
        """The result, ready for JSON."""
        return {"format_version": FORMAT_VERSION, **asdict(self)}

    def to_json(self) -> str:
        """JSON with sorted keys; `from_json` reads it back."""
        return readable_json(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> BenchResult:
        """Read what `to_json` wrote.

        Raises:
            InvalidInputError: It is not JSON, not the result of a benchmark, or of another format version.
        """
        return cls._of(parse_json(text, where="This benchmark", error=InvalidInputError, remedy=_REMEDY))

    @classmethod
    def _of(cls, values: Any) -> BenchResult:
        found = values.get("format_version") if isinstance(values, dict) else None
        if found != FORMAT_VERSION:
            raise InvalidInputError(f"A benchmark of format version {FORMAT_VERSION} was expected, got {found!r:.40}.")
        return checked(values, cls, "This benchmark", InvalidInputError, _REMEDY)

    @classmethod
    def load(cls, path: str | Path) -> BenchResult:
        """Read the file that `save` wrote.

        Raises:
            InvalidInputError: It cannot be read, or is not the result of a benchmark.
        """
        return cls._of(read_json(Path(path), object, error=InvalidInputError, remedy=_REMEDY))

    def save(self, path: str | Path) -> Path:
        """Write a JSON file; its folder is made if it does not exist.

        Raises:
            InvalidInputError: It cannot be written.
        """
        path = Path(path)
        try:
            save_file(path, self.to_json().encode())
        except OSError as error:
            raise InvalidInputError(f"The benchmark cannot be written to {path}: {error.strerror}.") from error
        return path


def check_file(path: str | Path) -> None:
    """Refuse, before hours of measuring, a file that `BenchResult.save` could not write.

    Raises:
        InvalidInputError: It cannot be written.
    """
    path = Path(path)
    new = not path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("a", encoding="utf-8").close()
        if new:
            path.unlink()
    except OSError as error:
        raise InvalidInputError(f"The benchmark cannot be written to {path}: {error.strerror}.") from error


def _spread(values: list[float]) -> Spread | None:
    return Spread(float(np.median(values)), min(values), max(values)) if values else None
