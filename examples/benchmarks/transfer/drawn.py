"""The figure of `transfer_curves.py`: retention against the number of queries, from an adapter and afresh."""

from __future__ import annotations

from pathlib import Path
from typing import Any

LINES = {"transfer": ("C0", "from an adapter of another space"), "fresh": ("C1", "afresh")}


def draw(rows: list[dict[str, Any]], out: Path) -> None:
    """One panel for web queries and one for doc comments; dashed where only the map was fitted."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 3.4), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2, sharey=True), ("CoSQA", "doc comments"), strict=True):
        for start, (color, label) in LINES.items():
            for trained in (False, True):
                chosen = [row for row in rows if row["start"] == start and bool(row["epochs"]) == trained]
                points = sorted((row["queries"], 100 * row["retention"][name]) for row in chosen)
                if points:
                    style = {"color": color, "marker": "o", "markersize": 4, "linestyle": "-" if trained else "--"}
                    axes.plot(*zip(*points, strict=True), label=label if trained else f"{label}, map alone", **style)
        axes.set_xscale("log")
        axes.set(title=name, xlabel="queries that the teacher embedded", ylim=(None, 105))
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("retention of nDCG@10, %")
    figure.axes[0].legend(fontsize=8)
    figure.savefig(out, dpi=150)
