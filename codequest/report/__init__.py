"""One page that says which encoder to deploy: quality, cost, vectors, hubs, approximate search, examples."""

from codequest.report.build import build_report
from codequest.report.named_encoders import TEACHER, load_encoders
from codequest.report.page.output import check_folder
from codequest.report.report_data import ReportData, load_report_data
from codequest.report.study import Study, run_study

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
