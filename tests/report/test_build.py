"""A report in one call: the folder is checked first, and holds everything in the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.errors import InvalidInputError
from codequest.report import build_report
from tests.evaluation.tables import DATASET, TableEncoder, TableTeacher


def test_the_folder_holds_page_numbers_and_figures_in_both_themes(built):
    study, folder = built
    names = {"flops", "latency", "size", "map", "cosine", "hubness", "hnsw"}
    assert sorted(path.name for path in folder.iterdir()) == ["figures", "index.html", "report.json"]
    assert {path.name for path in (folder / "figures").iterdir()} == {
        f"{name}-{theme}.{ending}" for name in names for theme in ("light", "dark") for ending in ("png", "svg")
    }
    assert (folder / "figures" / "map-light.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "report.json").read_text(encoding="utf-8") == study.to_json()


def test_the_settings_are_those_that_were_given(built):
    study, _ = built
    assert [row.name for row in study.report.encoders] == ["weak", "perfect"]
    assert (study.report.latency_queries, study.report.queries, study.labelled) == (2, 4, True)


def test_a_folder_with_other_content_is_refused_before_anything_is_embedded(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work", encoding="utf-8")
    teacher = TableTeacher()
    with pytest.raises(InvalidInputError, match=r"holds something else than an earlier report: thesis\.tex"):
        build_report({"weak": TableEncoder()}, teacher, DATASET, out=tmp_path)
    assert teacher.embedded == []
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_cannot_be_measured_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="at least one encoder"):
        build_report({}, TableTeacher(), DATASET, out=tmp_path / "report")
    assert list(tmp_path.iterdir()) == []
