"""One page that says which encoder to deploy: quality, cost, vectors, hubs, approximate search, examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.report.build import build_report as build_report
    from codequest.report.named_encoders import TEACHER as TEACHER
    from codequest.report.named_encoders import load_encoders as load_encoders
    from codequest.report.page.output import check_folder as check_folder
    from codequest.report.report_data import ReportData as ReportData
    from codequest.report.report_data import load_report_data as load_report_data
    from codequest.report.study import Study as Study
    from codequest.report.study import run_study as run_study

_HOMES = {
    "ReportData": "codequest.report.report_data",
    "Study": "codequest.report.study",
    "TEACHER": "codequest.report.named_encoders",
    "build_report": "codequest.report.build",
    "check_folder": "codequest.report.page.output",
    "load_encoders": "codequest.report.named_encoders",
    "load_report_data": "codequest.report.report_data",
    "run_study": "codequest.report.study",
}

__all__ = [
    "TEACHER",
    "ReportData",
    "Study",
    "build_report",
    "check_folder",
    "load_encoders",
    "load_report_data",
    "run_study",
]

__getattr__ = lazy_names(__name__, _HOMES)  # the command says where its page goes before it loads torch
