"""The numbers of the page as HTML tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codequest.encoders.kinds import adaptation
from codequest.evaluation.measurements import MISSING, ReportRow
from codequest.report.approximate.effort import ApproximateSearch
from codequest.report.complexity import Tradeoff
from codequest.report.figures.tradeoff_chart import amount
from codequest.report.named_encoders import TEACHER
from codequest.report.study import Study
from codequest.texts import html_text

Row = Mapping[str, str]


def quality_table(study: Study) -> str:
    """Retrieval quality, and how much of the teacher's is kept."""
    deep = study.recall_at_100 or {}
    rows = []
    for name, row in named_rows(study).items():
        measured = {measure: _number(row.measures.get(measure)) for measure in ("nDCG@10", "MRR@10", "Recall@10")}
        kept = _interval(row.retention, row.retention_low, row.retention_high)
        labelled = {**measured, "Recall@100": _number(deep.get(name)), "retention": kept} if study.labelled else {}
        one = study.agreement.get(name)
        shared = _interval(one.overlap, one.overlap_low, one.overlap_high) if one else MISSING
        unlabelled = {
            "rank-biased overlap": _number(one.rank_biased_overlap if one else None),
            "its first found": _percent(one.first_found if one else None),
            "same first": _percent(one.same_first if one else None),
        }
        rows.append(
            {
                "encoder": named(study, name),
                **labelled,
                "teacher's top 10": shared,
                **({} if study.labelled else unlabelled),
                "cosine": _number(row.cosine),
            }
        )
    return table(rows)


def cost_table(study: Study) -> str:
    """Costs of one query."""
    rows = []
    for name, row in named_rows(study).items():
        cells = row.cells()
        rows.append(
            {
                "encoder": named(study, name),
                "adaptation": adaptation(row.kind),
                **{column: html_text(cells[column]) for column in ("params M", "active MB", "GFLOP")},
                **({c: cells[c] for c in ("p50 ms", "p95 ms", "speedup")} if study.report.latency_queries else {}),
            }
        )
    return table(rows)


def fit_table(tradeoffs: Sequence[Tradeoff]) -> str:
    """Lines and fronts of one cost."""
    rows = [
        {
            "fit": f"{html_text(one.measure)}, {html_text(fit.group)}",
            "encoders": str(fit.points),
            "from": amount(fit.low, one.cost),
            "to": amount(fit.high, one.cost),
            "for 10× the cost": f"{100 * fit.slope:+.2f} points",
            "R²": MISSING if fit.r_squared is None else f"{fit.r_squared:.3f}",
        }
        for one in tradeoffs
        for fit in one.fits
    ]
    fronts = [
        f"<p>Pareto front of {html_text(one.measure)}: {html_text(', '.join(one.front))}.</p>" for one in tradeoffs
    ]
    unfitted = "<p>No line was fitted: it takes two encoders whose costs differ by a fifth.</p>"
    return (table(rows) if rows else unfitted) + "".join(fronts)


def likeness_table(study: Study) -> str:
    """Percentiles of the cosine."""
    return table(
        [
            {"encoder": named(study, name), "mean": _number(one.mean)}
            | {f"{percentile}%": _number(value) for percentile, value in one.percentiles.items()}
            for name, one in study.likeness.items()
        ]
    )


def hubness_table(study: Study) -> str:
    """Hubs and documents that are never found."""
    return table(
        [
            {
                "encoder": named(study, name),
                f"skewness of N<sub>{one.k}</sub>": f"{one.skewness:.2f}",
                "never found": _percent(one.never),
                "at least": _percent(one.never_at_least),
                "queries that find the greatest hub": str(one.most),
            }
            for name, one in study.hubness.items()
        ]
    )


def hnsw_table(study: Study) -> str:
    """Recall of the HNSW index at every ef."""
    hnsw = study.hnsw
    return table(
        [
            {"encoder": named(study, name)}
            | {f"ef {ef}": _number(value) for ef, value in zip(hnsw.efforts, values, strict=True)}
            | {"ef needed": str(hnsw.needed[name] or "not reached")}
            | _labelled(hnsw, name)
            for name, values in hnsw.recall.items()
        ]
    )


def _labelled(hnsw: ApproximateSearch, name: str) -> dict[str, str]:
    """Recall against the labels, where there are any."""
    if hnsw.labelled is None:
        return {}
    approximate = hnsw.labelled.recall[name][hnsw.efforts.index(hnsw.reference)]
    return {
        f"labels, ef {hnsw.reference}": _number(approximate),
        "labels, exact": _number(hnsw.labelled.recall_exact[name]),
    }


def named_rows(study: Study) -> dict[str, ReportRow]:
    """The rows of the report by the name they have on the page, the teacher first."""
    return {TEACHER: study.report.teacher, **{row.name: row for row in study.report.encoders}}


def named(study: Study, name: str) -> str:
    """A name with the color of its adaptation before it."""
    kind = adaptation(named_rows(study)[name].kind)
    return f'<span class="dot" style="background: var(--{kind})"></span>{html_text(name)}'


def table(rows: Sequence[Row]) -> str:
    """A table of HTML cells; all rows have the same columns."""
    head = "".join(f"<th>{column}</th>" for column in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row.values()) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return MISSING if value is None else f"{value:.1%}"


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return MISSING
    return f"{value:.1%} [{100 * low:.1f}, {100 * high:.1f}]"
