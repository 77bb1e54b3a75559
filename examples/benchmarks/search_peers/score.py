"""How good and how fast an engine was."""

import math
from statistics import mean, median

import numpy as np


def to_row(name, questions, measured):
    """A line of the table."""
    ranks = [first_right(question, hits) for question, hits in zip(questions, measured["rankings"], strict=True)]
    gains = [1 / math.log2(rank + 1) if rank else 0.0 for rank in ranks]
    lines = [end - start + 1 for hits in measured["rankings"] for _, start, end in hits] or [0]
    p50, p95 = 1000 * np.percentile(measured["seconds"], [50, 95])
    values = [
        f"{100 * mean(gains):.1f}",
        f"{100 * mean(rank is not None for rank in ranks):.1f} %",
        f"{median(lines):.0f}",
        f"{p50:.1f}",
        f"{p95:.1f}",
        f"{measured['index_seconds']:.0f}",
    ]
    return f"| {' | '.join([name, *values])} |"


def first_right(question, hits):
    """Rank, from 1, of the first hit that shares a line with the function; None where none of ten does."""
    for rank, (path, start, end) in enumerate(hits[:10], start=1):
        if path == question["path"] and start <= question["end"] and question["start"] <= end:
            return rank
    return None
