"""The files of a study: numbers, table and figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from codequest.report.adaptation_files import write_study
from codequest.report.adaptations import AdaptationStudy, Slope
from codequest.report.complexity import Point, trade_off


def test_the_table_names_every_encoder_the_best_of_an_adaptation_first(tmp_path: Path) -> None:
    points = [
        Point("the teacher", "teacher", 2e9, 1.0),
        Point("small", "internal", 1e8, 0.9, 0.85, 0.95),
        Point("large", "internal", 4e8, 1.02, 0.99, 1.05),
        Point("table", "static", 4e5, 0.8, 0.7, 0.9),
    ]
    one = trade_off("flops", "retention of nDCG@10", points, ceiling=1.0)
    slopes = {"flops": tuple(Slope(fit, fit.slope - 0.01, fit.slope + 0.01) for fit in one.fits)}
    study = AdaptationStudy(datasets=("first", "second"), tradeoffs=(one,), slopes=slopes)
    folder = write_study(tmp_path / "study", study)
    assert (folder / "study.md").read_text().splitlines() == [
        "| adaptation | encoder | retention, mean of 2 sets | flops |",
        "|---|---|---:|---:|",
        "| internal | `large` | 102.0% [99.0, 105.0] | 400 MFLOP |",
        "| internal | `small` | 90.0% [85.0, 95.0] | 100 MFLOP |",
        "| static | `table` | 80.0% [70.0, 90.0] | 400 kFLOP |",
        "| teacher | `the teacher` | 100.0% | 2 GFLOP |",
    ]
    numbers = json.loads((folder / "study.json").read_text())
    assert [point["quality"] for point in numbers["tradeoffs"][0]["points"]] == [1.0, 0.9, 1.02, 0.8]
    assert numbers["slopes"]["flops"][0]["fit"]["group"] == "internal"
    assert numbers["slopes"]["flops"][0]["fit"]["slope"] == pytest.approx(0.12 / np.log10(4))
    drawn = {f"{name}-{theme}.png" for name in ("study", "study-flops") for theme in ("dark", "light")}
    assert {path.name for path in folder.glob("*.png")} == drawn
