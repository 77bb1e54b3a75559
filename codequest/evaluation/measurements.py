"""Report: what was measured, as a table, as JSON and on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from codequest.errors import InvalidInputError
from codequest.evaluation.measures import MEASURES
from codequest.files import readable_json, save_file
from codequest.json_files import checked, parse_json
from codequest.texts import counted, markdown_text

FORMAT_VERSION = 1
_MOST = 2**63  # operations, bytes and weights
MISSING = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """Measurements of the teacher or of one encoder; None where it does not apply or is not known.

    Attributes:
        name: Name of the encoder, or id of the teacher.
        kind: Kind of encoder, of an exported one that which it was made from; or ``"teacher"``.
        measures: Mean over the queries, 0 to 1, by measure.
        retention: nDCG@10 over that of the teacher.
        retention_low: Lower end of its confidence interval.
        retention_high: Upper end of its confidence interval.
        cosine: Mean cosine to the teacher's vectors of the same queries.
        overlap: Part of the teacher's top 10 that is also in this top 10, mean over the queries.
        latency_p50_ms: Median milliseconds for one query.
        latency_p95_ms: 95th percentile of the milliseconds for one query.
        speedup: The teacher's median latency over this one.
        parameters: Weights in memory.
        active_bytes: Bytes of weights that one query reads.
        flops: Floating-point operations of one query.
        tokens: Length of the query that active_bytes and flops are counted for.
    """

    name: str
    kind: str
    measures: Mapping[str, float]
    retention: float | None = None
    retention_low: float | None = None
    retention_high: float | None = None
    cosine: float | None = None
    overlap: float | None = None
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    speedup: float | None = None
    parameters: int | None = None
    active_bytes: int | None = None
    flops: int | None = None
    tokens: int | None = None

    def summary(self) -> dict[str, float]:
        """The measured quality as numbers, for the configuration of an adapter."""
        known = {
            **self.measures,
            "retention": self.retention,
            "retention_low": self.retention_low,
            "retention_high": self.retention_high,
            "cosine": self.cosine,
        }
        return {name: round(value, 4) for name, value in known.items() if value is not None}

    def cells(self) -> dict[str, str]:
        """The row as text, by column."""
        interval = f" [{percent(self.retention_low)}, {percent(self.retention_high)}]"
        return {
            "encoder": self.name,
            "kind": self.kind,
            **{measure: _number(self.measures.get(measure), "{:.3f}") for measure in MEASURES},
            "retention %": MISSING if self.retention is None else percent(self.retention) + interval,
            "cosine": _number(self.cosine, "{:.3f}"),
            "overlap@10 %": percent(self.overlap),
            "p50 ms": _number(self.latency_p50_ms, "{:.2f}"),
            "p95 ms": _number(self.latency_p95_ms, "{:.2f}"),
            "speedup": _number(self.speedup, "{:.1f}×"),
            "params M": _number(self.parameters, "{:.1f}", unit=1e6),
            "active MB": _number(self.active_bytes, "{:.1f}", unit=1e6),
            "GFLOP": _number(self.flops, "{:.3g}", unit=1e9),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Result of an evaluation, and what it was measured with.

    Attributes:
        dataset: Name of the dataset.
        queries: How many queries were searched.
        documents: How many documents they were searched in.
        teacher: The ceiling: the teacher's own queries in its own document vectors.
        encoders: One row per encoder, in the order given.
        space: Fingerprint of the space that all vectors lie in.
        seed: Seed of the bootstrap and of the queries that were timed.
        resamples: Bootstrap resamples for every interval.
        confidence: Confidence of the intervals.
        latency_queries: How many queries were timed; 0 when latency was not measured.
        machine: Machine it ran on.
        versions: Versions of the software.
    """

    dataset: str
    queries: int
    documents: int
    teacher: ReportRow
    encoders: tuple[ReportRow, ...]
    space: str
    seed: int
    resamples: int
    confidence: float
    latency_queries: int
    machine: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[dict[str, str]]:
        """The table as text by column, the teacher first; every row has the same columns."""
        return [row.cells() for row in (self.teacher, *self.encoders)]

    def to_markdown(self) -> str:
        """A Markdown table, and below it what is needed to repeat the measurement."""
        columns = list(self.rows[0])
        lines = [columns, ["---"] * 2 + ["---:"] * (len(columns) - 2), *(list(row.values()) for row in self.rows)]
        table = "\n".join(
            "| " + " | ".join(markdown_text(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
        )
        notes = [
            f"{counted(self.queries, 'query')} in {counted(self.documents, 'document')}; space {self.space}; seed "
            f"{self.seed}.",
            f"Retention: nDCG@10 over the teacher's, with a {self.confidence:.0%} paired bootstrap interval of "
            f"{counted(self.resamples, 'resample')}.",
            "Latency: one query at a time, encoders and teacher interleaved over "
            f"{counted(self.latency_queries, 'query')}."
            if self.latency_queries
            else "Latency was not measured.",
            *(
                f"Cost of {row.name}: one query of {counted(row.tokens, 'token')}."
                for row in self.encoders
                if row.tokens
            ),
            f"Machine: {_listed(self.machine)}.",
            f"Versions: {_listed(self.versions)}.",
        ]
        listed = "\n".join(f"- {markdown_text(note)}" for note in notes)
        return f"# {markdown_text(self.dataset)}\n\n{table}\n\n{listed}\n"

    def __str__(self) -> str:
        return self.to_markdown()

    def to_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        return {"format_version": FORMAT_VERSION, **asdict(self)}

    def to_json(self) -> str:
        """JSON with sorted keys; `from_json` reads it back."""
        return readable_json(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read what `to_json` wrote.

        Raises:
            InvalidInputError: It is not JSON, not a report, or of another format version.
        """
        where, remedy = "This report", "Expected the content of an evaluation.json that Report.save wrote."
        values = parse_json(text, where=where, error=InvalidInputError, remedy=remedy)
        found = values.get("format_version") if isinstance(values, dict) else None
        if found != FORMAT_VERSION:
            raise InvalidInputError(f"A report of format version {FORMAT_VERSION} was expected, got {found!r:.40}.")
        report = checked(values, cls, where, InvalidInputError, remedy)
        for row in (report.teacher, *report.encoders):
            if any(number is not None and number > _MOST for number in (row.parameters, row.active_bytes, row.flops)):
                raise InvalidInputError(f"{where} has a number of {row.name} that no model reaches. {remedy}")
        return report

    def save(self, folder: str | Path) -> Path:
        """Write ``evaluation.json`` and ``evaluation.md``, replacing those already there.

        Args:
            folder: Folder for both files; made if it does not exist.

        Returns:
            The folder.

        Raises:
            InvalidInputError: The folder cannot be written.
        """
        folder = Path(folder)
        try:
            save_file(folder / "evaluation.json", self.to_json().encode())
            save_file(folder / "evaluation.md", self.to_markdown().encode())
        except OSError as error:
            raise InvalidInputError(f"The report cannot be written to {folder}: {error}. Choose a folder.") from error
        return folder


def _number(value: float | None, pattern: str, *, unit: float = 1) -> str:
    return MISSING if value is None else pattern.format(value / unit)


def percent(value: float | None) -> str:
    """A share as a percentage with one decimal place."""
    return _number(value, "{:.1f}", unit=0.01)


def _listed(facts: Mapping[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in facts.items()) or MISSING
