"""The charts of vectors, hubs and approximate search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from codequest.encoders.kinds import Adaptation, adaptation
from codequest.report.figures.canvas import new_figure
from codequest.report.figures.labels import annotate, label_column
from codequest.report.figures.style import MARKERS, SIZES, Theme
from codequest.report.named_encoders import TEACHER
from codequest.report.study import Study

_COLUMNS = 3
_SEEN = 0.004  # of a ridge's height; below it, nothing is drawn


def adaptations(study: Study) -> Mapping[str, Adaptation]:
    """The adaptations of the teacher and the encoders by name, the teacher first."""
    return {TEACHER: "teacher", **{row.name: adaptation(row.kind) for row in study.report.encoders}}


def draw_layout(study: Study, theme: Theme) -> Any:
    """One panel per encoder: its queries, the teacher's, and a line between both vectors of a query."""
    kinds = adaptations(study)
    names = [name for name in kinds if name != TEACHER]
    columns = 2 if len(names) == 4 else min(_COLUMNS, len(names))
    rows = -(-len(names) // columns)
    figure, panels = new_figure(rows, columns, height=0.35 + rows * 8.1 / max(columns, 2), sharex=True, sharey=True)
    documents = np.array(study.layout.document_points)
    teacher = np.array(study.layout.query_points[TEACHER])
    for axes, name in zip(panels.flat, names, strict=False):
        color, queries = theme.colors[kinds[name]], np.array(study.layout.query_points[name])
        ends = np.stack([teacher, queries, np.full_like(queries, np.nan)], axis=1).reshape(-1, 2)  # gaps between lines
        axes.scatter(*documents.T, s=5, color=theme.documents, linewidths=0, label="documents, teacher")
        axes.plot(*ends.T, color=color, linewidth=0.6, alpha=0.6)
        axes.scatter(*queries.T, s=14, color=color, linewidths=0, zorder=3, label="queries, encoder")
        axes.scatter(*teacher.T, s=4, color=theme.ink, linewidths=0, zorder=4, label="queries, teacher")
        axes.set_title(f"{name}\n", fontsize=9.5)
        axes.text(
            0, 1.015, f"median cosine {study.likeness[name].percentiles['50']:.2f}", transform=axes.transAxes,
            fontsize=8.5, color=theme.muted, va="bottom",
        )  # fmt: skip
    for axes in panels.flat:
        axes.set(xticks=[], yticks=[], aspect="equal")
        axes.spines[:].set_visible(False)
    for axes in panels.flat[len(names) :]:
        axes.remove()
    _layout_legend(figure, theme)
    return figure


def _layout_legend(figure: Any, theme: Theme) -> None:
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, names, loc="outside lower center", ncols=3, fontsize=8.5, labelcolor=theme.muted, markerscale=2.2
    )


def draw_likeness(study: Study, theme: Theme) -> Any:
    """One ridge per encoder: density of the cosine to the teacher, with its median."""
    kinds = adaptations(study)
    order = sorted(study.likeness, key=lambda name: -study.likeness[name].percentiles["50"])
    figure, panels = new_figure(1, 1, height=0.8 + 0.5 * len(order))
    axes = panels[0][0]
    for row, name in enumerate(order):
        one, color, base = study.likeness[name], theme.colors[kinds[name]], len(order) - 1 - row
        height = np.array(one.density) / max(one.density) * 0.82
        seen = np.where(height > _SEEN, height, np.nan)
        axes.axhline(base, color=theme.grid, linewidth=0.7, zorder=1)
        axes.fill_between(one.cosines, base, base + seen, color=color, alpha=0.35, linewidth=0, zorder=2)
        axes.plot(one.cosines, base + seen, color=color, zorder=3)
        median = one.percentiles["50"]
        axes.vlines(median, base, base + np.interp(median, one.cosines, height), color=color, linewidth=1.4, zorder=3)
        axes.annotate(
            f"{median:.3f}" if median > 0.985 else f"{median:.2f}", (median, base), xytext=(-4, 3),
            textcoords="offset points", ha="right", va="bottom", fontsize=8.5, color=theme.ink, zorder=6,
        )  # fmt: skip
    lowest = min(one.cosines[0] for one in study.likeness.values())
    axes.set_xlim(min(lowest, 0.9), 1.0)
    axes.set_ylim(-0.1, len(order))
    axes.set_yticks(range(len(order)), order[::-1], color=theme.ink)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("cosine between the encoder's and the teacher's vector of the same query")
    return figure


def draw_hubness(study: Study, theme: Theme) -> Any:
    """Skewness of the k-occurrences, and the share of documents that are never found."""
    k = study.hubness[TEACHER].k
    figure, panels = new_figure(1, 2, height=0.9 + 0.33 * len(study.hubness), sharey=True)
    skewness, never = panels[0]
    kinds = adaptations(study)
    _dots(skewness, {name: one.skewness for name, one in study.hubness.items()}, kinds, theme, "{:.2f}")
    skewness.set_title(f"skewness of N$_{{{k}}}$")
    _dots(never, {name: one.never for name, one in study.hubness.items()}, kinds, theme, "{:.1%}")
    never.set_title(f"documents in no top {k}")
    never.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    return figure


def draw_hnsw(study: Study, theme: Theme) -> Any:
    """Recall of the HNSW index at every ef, and the ef that each encoder needs."""
    kinds, hnsw = adaptations(study), study.hnsw
    figure, panels = new_figure(1, 2, height=max(3.4, 1.2 + 0.33 * len(kinds)))
    curves, needed = panels[0]
    for name, values in hnsw.recall.items():
        color, marker = theme.colors[kinds[name]], MARKERS[kinds[name]]
        size = SIZES[kinds[name]] * 0.75
        axes_settings = {"color": color, "marker": marker, "markersize": size, "markeredgecolor": theme.page}
        curves.plot(hnsw.efforts, values, linewidth=1.4, markeredgewidth=0.6, zorder=3, **axes_settings)
    curves.axhline(hnsw.target, color=theme.muted, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1)
    curves.set_xscale("log", base=2)
    curves.set_xticks(hnsw.efforts, [str(ef) for ef in hnsw.efforts])
    curves.set_xlim(hnsw.efforts[0], hnsw.efforts[-1] * 1.15)
    curves.margins(y=0.12)
    curves.yaxis.set_major_formatter(lambda value, _: f"{value:.3g}")
    curves.set_xlabel("ef, candidates that a search keeps (log)")
    curves.set_title(f"recall@{hnsw.k} of HNSW against exact search")
    known = {name: float(ef) for name, ef in hnsw.needed.items() if ef is not None}
    _dots(needed, known, kinds, theme, "{:.0f}")
    needed.set_title(f"ef for the teacher's recall at ef {hnsw.reference}")
    needed.set_xlabel(f"least ef that reaches a recall of {hnsw.target:.3f}")
    label_column(curves, [(hnsw.efforts[0], values[0], name) for name, values in hnsw.recall.items()], theme)
    return figure


def _dots(axes: Any, values: Mapping[str, float], kinds: Mapping[str, Adaptation], theme: Theme, pattern: str) -> None:
    """One row per name, with the number next to the dot and a line at the teacher's value."""
    names = list(kinds)
    for row, name in enumerate(names):
        if name not in values:
            axes.annotate("not reached", (0.02, row), xycoords=("axes fraction", "data"), fontsize=8, color=theme.muted)
            continue
        kind = kinds[name]
        axes.plot(
            values[name], row, marker=MARKERS[kind], markersize=SIZES[kind], color=theme.colors[kind],
            markeredgecolor=theme.page, markeredgewidth=0.8, zorder=4,
        )  # fmt: skip
        annotate(axes, pattern.format(values[name]), (values[name], row), theme, place=(9, 0))
    if TEACHER in values:
        axes.axvline(values[TEACHER], color=theme.muted, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1)
    low, high = min(values.values(), default=0), max(values.values(), default=1)
    room = max(high - low, 0.02 * abs(high), 1e-3)
    axes.set_xlim(low - 0.15 * room, high + 0.4 * room)
    axes.set_yticks(range(len(names)), names, color=theme.ink)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
