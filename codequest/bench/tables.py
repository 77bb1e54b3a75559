"""The figures of a benchmark as tables of text, and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codequest.bench.result import BenchResult, BenchRow, Spread
from codequest.bench.workload import BATCH, LONGEST, SHORTEST
from codequest.texts import counted, markdown_text

_KEPT = "What is kept"
_BARE = "encode() compared with graph and tokenizer alone"

Row = Mapping[str, str]

_MISSING = "–"
_P50 = "single p50 ms"
_SINGLE = (_P50, "single p95 ms", "single texts/s")
_BATCH = ("batch p50 ms", "batch p95 ms", "batch texts/s")
_PROCESS = ("cold start ms", "single peak MB", "batch peak MB", "disk MB")
_TITLES = {
    f"One query of {SHORTEST} to {LONGEST} words": _SINGLE,
    f"A batch of {BATCH}": _BATCH,
    "The process": _PROCESS,
}


def bench_tables(result: BenchResult, *, between: str = ", ") -> dict[str, list[Row]]:
    """Rows of text by column, by the title of the table; what was not measured of anyone has no table.

    Args:
        result: What was measured.
        between: What stands between a figure and its ratio.
    """
    tables, encoders = {}, [row for row in result.rows if row.bare_of is None]
    for title, figures in _TITLES.items():
        known = [figure for figure in figures if any(row.spread(figure) for row in result.rows)]
        if figures[0] in known or figures is _PROCESS:
            tables[title] = [_speed_row(result, row, known, between) for row in encoders]
    if any(row.cosine is not None or row.retention is not None for row in result.rows):
        tables[_KEPT] = [_quality_row(result, row) for row in encoders]
    bare = [row for row in result.rows if row.bare_of in {other.name for other in encoders}]
    if bare:
        tables[_BARE] = [_bare_row(result, row) for row in bare]
    return tables


def to_markdown(result: BenchResult) -> str:
    """The tables and below them what is needed to repeat the measurement."""
    parts = [f"**{title}**\n\n{_markdown(rows)}" for title, rows in bench_tables(result).items()]
    return "\n\n".join([*parts, "\n".join(f"- {markdown_text(note)}" for note in notes(result))]) + "\n"


def notes(result: BenchResult) -> list[str]:
    """Notes to the tables: how it was measured, who did not run and why, machine and versions."""
    rounds = len(result.row(result.baseline).rounds)
    retention = [f"Retention of nDCG@10: {result.dataset}, with a 95% interval."] if result.dataset else []
    return [
        f"Medians over {counted(rounds, 'round')}, each competitor alone in its process, "
        f"{counted(result.threads, 'thread')}, {counted(result.texts, 'distinct text')}; × is how many times better "
        f"than {result.baseline} in the same round: median and range.",
        *retention,
        *(f"Not run: {name}: {reason}" for name, reason in sorted(result.not_run.items())),
        f"Machine: {_listed(result.machine)}.",
        *(f"Loaded by {'; '.join(names)}: {versions}." for versions, names in _users(result).items()),
    ]


def _users(result: BenchResult) -> dict[str, list[str]]:
    """Competitors by the versions of the libraries that they loaded."""
    users: dict[str, list[str]] = {}
    for row in result.rows:
        users.setdefault(_listed(row.versions), []).append(row.name)
    return users


def _speed_row(result: BenchResult, row: BenchRow, figures: Sequence[str], between: str) -> Row:
    cells = {"": row.name}
    for figure in figures:
        ratio = None if row.name == result.baseline else result.ratio(row.name, figure)
        cells[_heading(figure)] = _cell(row.spread(figure), ratio, between)
    if result.dataset is not None:
        cells["retention"] = _percent(row.retention)
    return cells


def _heading(figure: str) -> str:
    """A figure without the part that the title of its table says; of the peaks, which one it is."""
    return figure if "peak" in figure else figure.removeprefix("single ").removeprefix("batch ")


def _cell(value: Spread | None, ratio: Spread | None = None, between: str = "") -> str:
    if value is None:
        return _MISSING
    if ratio is None:
        return _short(value.median)
    spread = "" if ratio.low == ratio.high else f" [{_short(ratio.low)}–{_short(ratio.high)}]"
    return f"{_short(value.median)}{between}{_short(ratio.median)}×{spread}"


def _quality_row(result: BenchResult, row: BenchRow) -> Row:
    cells = {"": row.name}
    if result.dataset is not None:
        interval = f" [{_percent(row.retention_low)}, {_percent(row.retention_high)}]"
        cells |= {"nDCG@10": _MISSING if row.ndcg is None else f"{row.ndcg:.3f}"}
        cells |= {"retention": f"{_percent(row.retention)}{interval}"}
    if any(other.cosine is not None for other in result.rows):
        cells["cosine"] = _MISSING if row.cosine is None else f"{row.cosine:.4f} to {row.reference}"
    return cells


def _bare_row(result: BenchResult, bare: BenchRow) -> Row:
    full, only, added = result.row(bare.bare_of or "").spread(_P50), bare.spread(_P50), result.overhead(bare)
    return {
        "": bare.bare_of or "",
        "encode p50 ms": _cell(full),
        "bare p50 ms": _cell(only),
        "encode adds": _MISSING if added is None else f"{added.median:+.1%} [{added.low:+.1%}, {added.high:+.1%}]",
    }


def _short(value: float) -> str:
    """Three significant digits, and every digit before the point."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _percent(value: float | None) -> str:
    return _MISSING if value is None else f"{value:.1%}"


def _markdown(rows: Sequence[Row]) -> str:
    columns = list(rows[0])
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *(list(row.values()) for row in rows)]
    return "\n".join(
        "| " + " | ".join(markdown_text(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def _listed(facts: Mapping[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(facts.items())) or _MISSING
