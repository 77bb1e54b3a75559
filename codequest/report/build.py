"""A report in one call: measured, drawn and written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from codequest.data import RetrievalDataset
from codequest.evaluation.comparison import Sampling
from codequest.progress import Progress, silent
from codequest.report.figures.draw import draw_figures
from codequest.report.page.output import check_folder, write_report
from codequest.report.report_data import ReportData
from codequest.report.study import Study, run_study

if TYPE_CHECKING:
    from codequest.encoders.given import GivenEncoder
    from codequest.teachers import Teacher


def build_report(
    encoders: Mapping[str, GivenEncoder],
    teacher: Teacher | str,
    data: ReportData | RetrievalDataset,
    *,
    out: str | Path,
    latency_queries: int = 50,
    resamples: int = 10_000,
    seed: int = 0,
    progress: Progress = silent,
) -> Study:
    """Measure encoders and write ``index.html``, ``report.json`` and ``figures/``.

    Args:
        encoders: By the name they have in the report; an encoder may be given by its own name or folder.
        teacher: The teacher of all of them, best one with a cache; by its name, it is loaded with one.
        data: What to search; without labels the teacher's own results stand for them.
        out: Folder for the report; one that is already there is replaced.
        latency_queries: Most queries to time, in half a minute; 0 leaves latency out.
        resamples: Bootstrap resamples for the intervals.
        seed: Seed of everything drawn at random; only latencies change between two runs.
        progress: Called as work is done.

    Returns:
        Everything that the report shows.

    Raises:
        InvalidInputError: The folder holds something else or cannot be written, or no encoder was given.
        SpaceMismatchError: An encoder or the stored vectors belong to another teacher.
        MissingDependencyError: The extra ``report`` is not installed.
    """
    folder, sampling = check_folder(out), Sampling(latency_queries, resamples, seed)
    study = run_study(encoders, teacher, data, sampling=sampling, progress=progress)
    write_report(folder, study, draw_figures(study, progress=progress))
    return study
