"""The adaptations compared: quality over what a query costs, for many encoders of each, over several datasets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.adapters.card_metadata import ONE_QUERY
from codequest.adapters.folder import read_config
from codequest.data import RetrievalDataset
from codequest.encoders import QueryEncoder
from codequest.encoders.kinds import Adaptation
from codequest.errors import InvalidInputError
from codequest.evaluation.comparison import CONFIDENCE
from codequest.evaluation.scoring import search_dataset
from codequest.progress import Progress, silent
from codequest.report.complexity import Cost, Fit, Point, Tradeoff, trade_off
from codequest.report.named_encoders import TEACHER
from codequest.report.tradeoffs import RETENTION
from codequest.space import Vectors
from codequest.teachers import Teacher

RESAMPLES = 2000

Numbers = npt.NDArray[np.float64]

_COSTS: Mapping[Cost, tuple[str, str, float]] = {
    "flops": ("MFLOP", "teacher MFLOP", 1e6),
    "latency": ("p50 ms", "teacher p50 ms", 1),
    "size": ("MB read", "teacher MB read", 1e6),
}


@dataclass(frozen=True, slots=True)
class Slope:
    """How quality rises with cost within one adaptation: a fit, and the interval of its slope.

    Attributes:
        fit: Least squares over log10 of the cost.
        low: Lower end of the 95% interval of the slope.
        high: Upper end.
    """

    fit: Fit
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptationStudy:
    """What `study_adaptations` measured.

    Attributes:
        datasets: Names of the datasets; every retention is the mean over them, each with the same weight.
        tradeoffs: Retention of nDCG@10 over each cost.
        slopes: By cost, of every adaptation, and of all encoders, that a line can be fitted to.
    """

    datasets: tuple[str, ...]
    tradeoffs: tuple[Tradeoff, ...]
    slopes: Mapping[Cost, tuple[Slope, ...]]

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        slopes = {cost: [asdict(slope) for slope in found] for cost, found in self.slopes.items()}
        tradeoffs = [{**asdict(one), "fits": len(one.fits)} for one in self.tradeoffs]
        return {"datasets": list(self.datasets), "tradeoffs": tradeoffs, "slopes": slopes}


def study_adaptations(
    groups: Mapping[Adaptation, Mapping[str, Path]],
    teacher: Teacher,
    datasets: Sequence[RetrievalDataset],
    *,
    seed: int = 0,
    progress: Progress = silent,
) -> AdaptationStudy:
    """Measure how quality rises with cost within each adaptation.

    Intervals are percentiles of a bootstrap that draws the queries of every dataset with replacement, the same ones for
    every encoder and the teacher; lines are fitted anew to each draw.

    Args:
        groups: By adaptation, folders of encoders that a recipe made, by name; their metrics hold what a query costs.
        teacher: The teacher of all of them.
        datasets: What to search.
        seed: Seed of the bootstrap.
        progress: Called as work is done.

    Raises:
        InvalidInputError: A folder has no metrics of what a query costs, or there is no dataset.
    """
    kinds = {name: kind for kind, members in groups.items() for name in members}
    folders = {name: folder for members in groups.values() for name, folder in members.items()}
    if not datasets or not folders:
        raise InvalidInputError(f"Expected encoders and datasets, got {len(folders)} and {len(datasets)}.")
    prices = [_prices(folder) for folder in folders.values()]
    scores = [*_scores(folders, teacher, datasets, progress)]
    kept, drawn = mean_retention(scores), resampled(scores, seed)
    low, high = _interval(drawn)
    tradeoffs, slopes = [], {}
    for cost in _COSTS:
        shares, whole = shares_of_teacher(prices, cost)
        points = [
            Point(name, kinds[name], shares[i] * whole, float(kept[i]), float(low[i]), float(high[i]))
            for i, name in enumerate(folders)
        ]
        one = trade_off(
            cost,
            f"{RETENTION}, mean of {len(datasets)} sets",
            [Point(TEACHER, "teacher", whole, 1.0), *points],
            ceiling=1.0,
        )
        tradeoffs.append(one)
        slopes[cost] = tuple(slopes_of(one.fits, points, drawn))
    return AdaptationStudy(
        datasets=tuple(dataset.name for dataset in datasets), tradeoffs=tuple(tradeoffs), slopes=slopes
    )


def _scores(
    folders: Mapping[str, Path], teacher: Teacher, datasets: Sequence[RetrievalDataset], progress: Progress
) -> Iterator[Numbers]:
    """nDCG@10 of every dataset, each (encoders, queries), the teacher's first; each encoder is loaded once."""
    documents = [teacher.encode_documents([*dataset.documents.values()], progress=progress) for dataset in datasets]
    queries = [[*dataset.queries.values()] for dataset in datasets]

    def found(vectors: Sequence[Vectors]) -> list[Numbers]:
        searched = zip(datasets, vectors, documents, strict=True)
        return [np.asarray(search_dataset(*one).scores["nDCG@10"]) for one in searched]

    rows = [found([teacher.encode_queries(texts, progress=progress) for texts in queries])]
    for number, folder in enumerate(folders.values()):
        encoder = QueryEncoder.from_pretrained(folder)
        rows.append(found([encoder.encode(texts) for texts in queries]))
        progress("measuring the adaptations", number + 1, len(folders))
    for column in zip(*rows, strict=True):
        yield np.stack(column)


def mean_retention(scores: Sequence[Numbers]) -> Numbers:
    """Mean over the datasets of each encoder's share of the teacher's score, (encoders,)."""
    means = [values.mean(axis=1) for values in scores]
    return np.asarray(np.mean([mean[1:] / mean[0] for mean in means], axis=0))


def resampled(scores: Sequence[Numbers], seed: int) -> Numbers:
    """The retention in every resample, (resamples, encoders)."""
    random = np.random.default_rng(seed)
    shares = []
    for values in scores:
        count = values.shape[1]
        weights = random.multinomial(count, np.full(count, 1 / count), size=RESAMPLES)  # (resamples, queries)
        sums = weights @ values.T  # (resamples, encoders)
        shares.append(sums[:, 1:] / sums[:, :1])
    return np.asarray(np.mean(shares, axis=0))


def _prices(folder: Path) -> Mapping[str, Any]:
    """What a query of an encoder costs, and one of its teacher."""
    prices: Mapping[str, Any] = read_config(folder).metrics.get(ONE_QUERY, {})
    missing = [name for own, whole, _ in _COSTS.values() for name in (own, whole) if not prices.get(name)]
    if missing:
        raise InvalidInputError(
            f"{folder} does not say what a query costs: {', '.join(missing)} missing. Remove the folder, and make it "
            "with codequest train and a teacher on this machine."
        )
    return prices


def shares_of_teacher(prices: Sequence[Mapping[str, Any]], cost: Cost) -> tuple[list[float], float]:
    """Each encoder's cost as a share of the teacher's, and the teacher's own.

    Times of encoder and teacher were taken in turns, so their ratio holds where the machine was slower one day than on
    another; the teacher's own is the median.
    """
    own, whole, unit = _COSTS[cost]
    teacher = float(np.median([price[whole] for price in prices])) * unit
    return [float(price[own]) / float(price[whole]) for price in prices], teacher


def slopes_of(fits: Sequence[Fit], points: Sequence[Point], drawn: Numbers) -> Iterator[Slope]:
    """Each fit with the interval of its slope, from a fit to every resample."""
    whole = {point.adaptation for point in points}
    for fit in fits:
        chosen = [i for i, point in enumerate(points) if fit.group not in whole or point.adaptation == fit.group]
        costs = np.log10([points[i].cost for i in chosen])
        low, high = _interval(np.polyfit(costs, drawn[:, chosen].T, 1)[0])  # a line through each resample
        yield Slope(fit, float(low), float(high))


def _interval(drawn: Numbers) -> Numbers:
    """Both ends of what lies in the middle of the resamples, (2, ...) of (resamples, ...)."""
    tail = (1 - CONFIDENCE) / 2
    return np.asarray(np.quantile(drawn, [tail, 1 - tail], axis=0))
