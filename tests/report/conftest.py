from __future__ import annotations

from pathlib import Path

import pytest

from codequest.report import Study, build_report
from tests.evaluation.tables import DATASET, PERFECT, TableEncoder, TableTeacher


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    """A report with labels on the four queries of the tables, and its folder."""
    folder = tmp_path_factory.mktemp("reports") / "labelled"
    encoders = {"weak": TableEncoder(), "perfect": TableEncoder(PERFECT)}
    return build_report(encoders, TableTeacher(), DATASET, out=folder, latency_queries=2, resamples=500), folder
