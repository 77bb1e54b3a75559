"""The result in plain words: what each encoder keeps, what it saves, and whether another one does both better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from codequest.evaluation import Report
from codequest.evaluation.measurements import ReportRow
from codequest.report.agreement import Agreement
from codequest.report.complexity import Cost, Tradeoff
from codequest.report.likeness_verdict import judge_likeness
from codequest.report.named_encoders import TEACHER

_LEVELS = (0.99, 0.95, 0.90)
_WORDS: Mapping[Cost, str] = {"flops": "arithmetic", "latency": "latency", "size": "weights to read"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderVerdict:
    """One encoder in numbers and words.

    Attributes:
        name: Its name.
        quality: nDCG@10 over the teacher's; without labels, the part of the teacher's top 10 that it finds.
        low: Lower end of the interval of the quality.
        high: Upper end of it.
        speedup: The teacher's median latency over its own; None where one of them is unknown.
        less_arithmetic: The teacher's floating-point operations over its own; None where one of them is unknown.
        megabytes: Weights that one query reads, in MB (10⁶ bytes).
        on_front: By cost, whether it is on the Pareto front of the quality against it.
        dominated_by: By cost, the one that is as good and as cheap, and better in quality or in cost.
        sentence: The same in words.
    """

    name: str
    quality: float
    low: float
    high: float
    speedup: float | None
    less_arithmetic: float | None
    megabytes: float | None
    on_front: Mapping[Cost, bool]
    dominated_by: Mapping[Cost, str | None]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The beginning of the page.

    Attributes:
        basis: The cost that decides what is cheap: latency, or arithmetic where that was not measured.
        recommendations: Sentences that say which encoder to take for which purpose.
        encoders: Each of them, best quality first.
    """

    basis: Cost
    recommendations: tuple[str, ...]
    encoders: tuple[EncoderVerdict, ...]


def reach_verdict(report: Report, agreement: Mapping[str, Agreement], tradeoffs: Sequence[Tradeoff]) -> Verdict:
    """Judge by retention of nDCG@10 with labels, and by the overlap with the teacher's top 10 without.

    Args:
        report: Retention, latency and cost.
        agreement: Overlap, by name.
        tradeoffs: Tradeoffs of the same encoders.
    """
    with_interval = [one for one in tradeoffs if any(point.low is not None for point in one.points)]
    fronts = {one.cost: one for one in with_interval}
    encoders = sorted(
        (_judge(row, agreement[row.name], report.teacher, fronts) for row in report.encoders),
        key=lambda judged: -judged.quality,
    )
    basis: Cost = "latency" if "latency" in fronts else "flops"
    labelled = bool(report.teacher.measures)
    costs = {point.name: point.cost for point in fronts[basis].points} if basis in fronts else {}
    cheaper = {name: cost for name, cost in costs.items() if _saves(name, costs)}
    recommendations = [
        *(() if labelled else judge_likeness(agreement, cheaper)),
        *_extremes(encoders, costs, basis, "Best quality" if labelled else "Closest to the teacher"),
        *(_sure(encoders, costs, basis) if labelled else ()),
    ]
    return Verdict(basis=basis, recommendations=tuple(recommendations), encoders=tuple(encoders))


def _judge(row: ReportRow, agreement: Agreement, teacher: ReportRow, fronts: Mapping[Cost, Tradeoff]) -> EncoderVerdict:
    quality, low, high = agreement.overlap, agreement.overlap_low, agreement.overlap_high
    if row.retention is not None and row.retention_low is not None and row.retention_high is not None:
        quality, low, high = row.retention, row.retention_low, row.retention_high
    placed = {cost: one for cost, one in fronts.items() if any(point.name == row.name for point in one.points)}
    on_front = {cost: row.name in one.front for cost, one in placed.items()}
    dominated = {cost: one.dominated_by(row.name) for cost, one in placed.items()}
    kept = "of the teacher's nDCG@10" if row.retention is not None else "of the teacher's first ten results"
    verb, good = ("keeps", "good") if row.retention is not None else ("finds", "close to the teacher")
    parts = [f"{verb} {quality:.1%} [{low:.1%}, {high:.1%}] {kept}", *_savings(row, teacher)]
    return EncoderVerdict(
        name=row.name,
        quality=quality,
        low=low,
        high=high,
        speedup=row.speedup,
        less_arithmetic=teacher.flops / row.flops if teacher.flops and row.flops else None,
        megabytes=row.active_bytes / 1e6 if row.active_bytes is not None else None,
        on_front=on_front,
        dominated_by=dominated,
        sentence=f"{_joined(parts)}. {_front_sentence(on_front, dominated, good)}",
    )


def _savings(row: ReportRow, teacher: ReportRow) -> Iterator[str]:
    if row.speedup is not None and row.latency_p50_ms is not None:
        yield f"answers a query {row.speedup:.1f}× as fast as the teacher ({row.latency_p50_ms:.1f} ms)"
    elif row.latency_p50_ms is not None:
        yield f"embeds a query in {row.latency_p50_ms:.1f} ms"
    elif teacher.flops and row.flops:
        yield f"needs {100 * row.flops / teacher.flops:.2g}% of the teacher's arithmetic"
    if row.active_bytes is not None:
        instead = f" instead of {_megabytes(teacher.active_bytes)}" if teacher.active_bytes else ""
        yield f"reads {_megabytes(row.active_bytes)} of weights{instead}"


def _megabytes(count: int) -> str:
    size = count / 1e6
    return f"{size:,.0f} MB" if size >= 10 else f"{size:.2g} MB"


def _front_sentence(on_front: Mapping[Cost, bool], dominated: Mapping[Cost, str | None], good: str) -> str:
    on = [_WORDS[cost] for cost, member in on_front.items() if member]
    better = {
        who: [_WORDS[cost] for cost, other in dominated.items() if other == who] for who in dominated.values() if who
    }
    off = [
        f"{_who(who)} is at least as {good} with no more {_joined(costs, last='or')}" for who, costs in better.items()
    ]
    if not off:
        return f"On the Pareto front of quality against {_joined(on)}." if on else ""
    return f"{f'On the Pareto front against {_joined(on)}, but ' if on else 'Not on the Pareto front: '}{_joined(off)}."


def _extremes(
    encoders: Sequence[EncoderVerdict], costs: Mapping[str, float], basis: Cost, praise: str
) -> Iterator[str]:
    """The best, the cheapest, and those that cost no less than the teacher."""
    if len(encoders) > 1:
        best = encoders[0]
        cheapest = min((one for one in encoders if one.name in costs), key=lambda one: costs[one.name], default=best)
        yield f"{praise}: {best.name}, {best.quality:.1%}."
        yield f"{'Fastest' if basis == 'latency' else 'Least arithmetic'}: {cheapest.name}, at {cheapest.quality:.1%}."
    slow = [one.name for one in encoders if one.name in costs and not _saves(one.name, costs)]
    if slow and basis == "latency":
        yield f"No faster than the teacher on this machine: {_joined(slow)}."


def _sure(encoders: Sequence[EncoderVerdict], costs: Mapping[str, float], basis: Cost) -> Iterator[str]:
    """The cheapest of those that cost less than the teacher and keep the most with confidence."""
    saving = [one for one in encoders if one.name in costs and _saves(one.name, costs)]
    how = "The fastest that" if basis == "latency" else "With the least arithmetic,"
    for level in _LEVELS:
        sure = [one for one in saving if one.low >= level]
        if sure:
            chosen = min(sure, key=lambda one: costs[one.name])
            begins = f"its interval begins at {chosen.low:.1%}"
            yield f"{how} surely keeps {level:.0%} of the quality: {chosen.name} ({begins})."
            return
    less = "is faster" if basis == "latency" else "takes less arithmetic"
    who = f"None that {less} than the teacher" if TEACHER in costs else "None"
    yield f"{who} surely keeps {_LEVELS[-1]:.0%} of its quality: no interval begins there or above."


def _saves(name: str, costs: Mapping[str, float]) -> bool:
    """Tell whether an encoder costs less than the teacher, as far as the teacher's cost is known."""
    return TEACHER not in costs or costs[name] < costs[TEACHER]


def _who(name: str) -> str:
    return "the teacher itself" if name == TEACHER else name


def _joined(parts: Sequence[str], *, last: str = "and") -> str:
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else "".join(parts)
