"""The page, and the folder it is written to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from codequest.errors import InvalidInputError
from codequest.report import check_folder
from codequest.report.page.output import write_report


def test_an_earlier_report_is_replaced_with_its_figures(built, images, tmp_path):
    study, _ = built
    write_report(tmp_path / "report", study, images)
    untimed = replace(study, tradeoffs=tuple(one for one in study.tradeoffs if one.cost != "latency"))
    page = write_report(tmp_path / "report", untimed, [image for image in images if image.name != "latency"])
    assert page == tmp_path / "report" / "index.html"
    assert "Quality against latency" not in page.read_text(encoding="utf-8")
    assert not list((tmp_path / "report" / "figures").glob("latency*"))
    assert (tmp_path / "report" / "figures" / "flops-dark.svg").is_file()
    assert (tmp_path / "report" / "report.json").read_text(encoding="utf-8") == untimed.to_json()


def test_what_a_killed_run_left_in_the_folder_of_a_report_is_no_foreign_content(built, images, tmp_path):
    study, _ = built
    for folder in (tmp_path, tmp_path / "figures"):
        work = folder / ".report.json.codequest-0123456789ab"
        work.mkdir(parents=True)
        (work / "lock").touch()
        (work / "new").write_text("{")
    write_report(tmp_path, study, images)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figures", "index.html", "report.json"]
    assert not list(tmp_path.rglob(".*"))


def test_a_folder_with_other_content_is_refused(built, tmp_path):
    study, _ = built
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(InvalidInputError, match=r"holds something else than an earlier report: thesis\.tex"):
        check_folder(tmp_path)
    with pytest.raises(InvalidInputError, match="Choose a new folder, or an empty one"):
        write_report(tmp_path, study, [])
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_report_of_another_command_is_refused(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps({"format_version": 1}))
    with pytest.raises(InvalidInputError, match="something else than an earlier report"):
        check_folder(tmp_path)


def test_what_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match=r"cannot be written to .*file"):
        check_folder(tmp_path / "file")
    with pytest.raises(InvalidInputError, match=r"file is not a folder with write permission|Not a directory"):
        check_folder(tmp_path / "file" / "report")


def test_a_folder_without_permission_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(InvalidInputError, match=r"is not a folder with write permission. Choose another folder"):
        check_folder(tmp_path / "new")


def test_new_and_empty_folders_are_accepted(built, tmp_path):
    assert check_folder(tmp_path) == tmp_path
    assert check_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert check_folder(built[1]) == Path(built[1])
