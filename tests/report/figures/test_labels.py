from __future__ import annotations

from itertools import combinations

from codequest.report.figures.canvas import new_figure
from codequest.report.figures.labels import label_points
from codequest.report.figures.style import THEMES


def test_labels_of_crowded_points_do_not_overlap():
    figure, panels = new_figure(1, 1, height=4)
    axes = panels[0][0]
    axes.set(xlim=(0, 1), ylim=(0, 1))
    points = [(0.5 + 0.01 * number, 0.5 + 0.012 * (number % 3), f"encoder {number}") for number in range(6)]
    label_points(axes, points, THEMES[0])
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in axes.texts if text.get_text()]
    assert len(boxes) == 6
    frame = axes.get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 + 10 for box in boxes)
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]
