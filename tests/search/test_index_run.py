"""Index runs: incremental, renamed, killed, refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import SpaceMismatchError
from codequest.search import CodeIndex, IndexRun
from codequest.teachers import LocalTeacher
from tests.search.conftest import FILES, counts, write
from tests.tiny import build_model

Build = Callable[..., IndexRun]


def test_a_run_indexes_every_file_and_the_next_one_nothing(project: Path, build: Build, tiny_teacher: Path) -> None:
    report = build(project)
    assert counts(report) == (5, 0, 0, 0)
    assert (report.files, report.chunks, report.embedded) == (5, 6, 6)
    assert report.root == project
    assert report.folder == project / ".codequest"
    assert (report.folder / ".gitignore").read_text(encoding="utf-8") == "*\n"
    again = build(project, teacher=None)
    assert counts(again) == (0, 0, 0, 5)
    assert (again.files, again.chunks, again.embedded) == (5, 6, 0)
    stats = CodeIndex.open(project, encoder=None).stats
    assert dict(stats.languages) == {"python": 2, "javascript": 1, "markdown": 1, "text": 1}
    assert dict(stats.kinds) == {"function": 3, "class": 1, "section": 1, "window": 1}
    assert stats.teacher == str(tiny_teacher)


def test_the_vectors_are_the_teachers_of_doc_comment_and_code(project: Path, build: Build, tiny_teacher: Path) -> None:
    build(project)
    index = CodeIndex.open(project, encoder="teacher")
    asked = FILES["src/sort.js"].strip()
    teacher = LocalTeacher(str(tiny_teacher))
    expected = teacher.encode_queries([asked]) @ teacher.encode_documents([asked]).T
    [hit] = [hit for hit in index.search(asked, mode="dense") if hit.symbol == "sortByValue"]
    assert hit.score == pytest.approx(expected.item(), abs=1e-5)


def test_an_index_of_another_teacher_is_refused_until_it_is_rebuilt(
    project: Path, build: Build, tmp_path: Path
) -> None:
    build(project)
    other = build_model(tmp_path / "other", seed=7)
    write(project, {"notes.txt": "changed\n"})
    with pytest.raises(SpaceMismatchError, match=r"lies in the 48-d space .* --rebuild --teacher"):
        build(project, teacher=str(other))
    assert counts(build(project, teacher=str(other), rebuild=True)) == (5, 0, 0, 0)
    assert CodeIndex.open(project, encoder=None).stats.space.dim == 32
