"""Plan: how many queries, documents and training steps fit into the time that is left."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from codequest.errors import InvalidInputError

LEAST_QUERIES = 200
"""Fewer training queries than these cannot say where a teacher puts queries."""

LEAST_PAIRS = 50
"""Fewer labelled pairs than these are neither trained on nor measured on."""

MOST_QUERIES = 100_000
MOST_PAIRS = 6_000
_MEASURING, _MEASURED_IN = 0.07, 15.0  # share of the time, and seconds that are enough for it
_QUERIES = 0.30  # shares of the time
_DOCUMENTS = 0.15
_REFINING = 0.3  # of the time for training
_EPOCHS = 6.0  # passes over the queries that still bring something
_LEAST_STEPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Speeds:
    """What was measured on this machine, in seconds.

    Attributes:
        query: The teacher, for one query; 0 for stored vectors.
        document: The teacher, for one document.
        step: One step of training, one batch.
    """

    query: float
    document: float
    step: float

    def to_dict(self) -> dict[str, float]:
        """JSON-ready arguments of the class."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done in the time.

    Attributes:
        queries: Number of queries that the teacher embeds to train on.
        pairs: Number of labelled queries whose documents the teacher embeds, those that are held out among them.
        regression: Steps in which the teacher's query vectors are copied.
        refinement: Steps in which finding the teacher's documents is trained.
        embedding_seconds: Time for the teacher.
        training_seconds: Time for both kinds of steps.
        measuring_seconds: Time for the measurement at the end.
    """

    queries: int
    pairs: int
    regression: int
    refinement: int
    embedding_seconds: float
    training_seconds: float
    measuring_seconds: float

    @property
    def seconds(self) -> float:
        """Time for all of it."""
        return self.embedding_seconds + self.training_seconds + self.measuring_seconds

    def to_dict(self) -> dict[str, float]:
        """JSON-ready arguments of the class."""
        return asdict(self)


def make_plan(seconds: float, speeds: Speeds, *, queries: int, pairs: int, batch_size: int) -> Plan:
    """Divide the time that is left.

    Teaching needs vectors first: three tenths of the time go to the teacher's queries and half of that to its
    documents. What that leaves is training, as long as another pass over the queries still brings something; where
    steps are so fast that it does not, the teacher embeds more queries instead.

    Args:
        seconds: Time that is left.
        speeds: What was measured.
        queries: Number of queries that there are.
        pairs: Number of labelled queries that there are.
        batch_size: Queries per step.

    Raises:
        InvalidInputError: Not even the fewest queries and a few steps fit; says how many minutes they need.
    """
    measuring = min(_MEASURING * seconds, _MEASURED_IN)
    documents = min(pairs, MOST_PAIRS, _fitting(_DOCUMENTS * seconds, speeds.document + speeds.query))
    documents = documents if documents >= LEAST_PAIRS else 0
    of_documents = documents * (speeds.document + speeds.query)
    rest = seconds - measuring - of_documents
    passes = _EPOCHS / batch_size * speeds.step  # of training, seconds for one query
    refined = math.ceil(2 * documents / batch_size)
    filling = _fitting(rest - refined * speeds.step - documents * passes, speeds.query + passes)
    taken = min(queries, MOST_QUERIES, max(_fitting(_QUERIES * seconds, speeds.query), filling))
    needed = (LEAST_QUERIES * speeds.query + _LEAST_STEPS * speeds.step) / (1 - _MEASURING)
    steps = _fitting(rest - taken * speeds.query, speeds.step)
    if taken < min(LEAST_QUERIES, queries) or steps < _LEAST_STEPS:
        enough = max(needed, LEAST_QUERIES * speeds.query / _QUERIES) / 60
        raise InvalidInputError(
            f"{seconds / 60:.1f} minutes are too short: the teacher needs {speeds.query:.2g} s for a query and a "
            f"training step takes {speeds.step:.2g} s. About {enough:.1f} minutes "
            "would be enough for the least of an adapter; give more with --minutes, or another kind: "
            "--kind static trains faster."
        )
    refinement = min(round(_REFINING * steps), refined)
    regression = min(steps - refinement, math.ceil(_EPOCHS * (taken + documents) / batch_size))
    return Plan(
        queries=taken,
        pairs=documents,
        regression=max(1, regression),
        refinement=refinement,
        embedding_seconds=taken * speeds.query + of_documents,
        training_seconds=(regression + refinement) * speeds.step,
        measuring_seconds=measuring,
    )


def steps_that_fit(planned: int, seconds: float, step: float) -> int:
    """The planned steps, or as many of them as fit into the seconds; at least one."""
    return max(1, min(planned, _fitting(seconds, step)))


def _fitting(seconds: float, each: float) -> int:
    return 2**31 if each <= 0 else max(0, math.floor(seconds / each))
