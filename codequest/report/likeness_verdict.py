"""The verdict where there are no labels: which encoder is close enough to its teacher for its price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from codequest.report.agreement import Agreement

LIKENESS = (
    "This is likeness to the teacher, not quality: where an encoder finds other documents than the teacher, only "
    "labels say which are better."
)
"""What a report without labels can say, and what not."""


class Yardstick(NamedTuple):
    """An encoder measured by both, likeness and quality.

    Attributes:
        encoder: An adapter that comes with codequest.
        dataset: What it was measured on.
        overlap: Part of the teacher's first ten results that it finds.
        retention: Its nDCG@10 over the teacher's.
    """

    encoder: str
    dataset: str
    overlap: float
    retention: float


YARDSTICK = Yardstick("minilm-lora", "functions of Python's standard library", overlap=0.757, retention=1.028)
"""``compare({"minilm-lora": encoder}, teacher, standard_library().test)`` of Python 3.11: see `codequest.demo`."""


class Candidate(NamedTuple):
    """An encoder that may be recommended.

    Attributes:
        name: Its name.
        cost: Of a query, in the unit of the others.
        agreement: Its results and the teacher's.
    """

    name: str
    cost: float
    agreement: Agreement


def judge_likeness(agreement: Mapping[str, Agreement], costs: Mapping[str, float]) -> Iterator[str]:
    """Sentences: what the figures mean, how high they are for an encoder whose quality is known, and what to take.

    Args:
        agreement: Of every encoder, by name.
        costs: Of a query, by name, of those that cost less than the teacher.
    """
    yield LIKENESS
    yield (
        f"For comparison: of {YARDSTICK.dataset} {YARDSTICK.encoder} finds {YARDSTICK.overlap:.0%} of the teacher's "
        f"first ten results, and with labels it has {YARDSTICK.retention:.0%} of the teacher's nDCG@10."
    )
    candidates = [Candidate(name, costs[name], agreement[name]) for name in agreement if name in costs]
    if candidates:
        yield _recommended(candidates)


def _recommended(candidates: Sequence[Candidate]) -> str:
    """The closest, or the cheapest of those that may well be as close."""
    closest = max(candidates, key=lambda one: one.agreement.overlap)
    near = [one for one in candidates if one.agreement.overlap_high >= closest.agreement.overlap]
    chosen = min(near, key=lambda one: one.cost)
    found = f"the teacher's first result is among its ten for {chosen.agreement.first_found:.0%} of your queries"
    if len(candidates) == 1:
        return f"{chosen.name}: {found}."
    why = "none comes closer" if chosen is closest else f"it may well be as close as {closest.name}, and costs less"
    return f"Take {chosen.name}: {why}; {found}."
