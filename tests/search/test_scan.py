"""What a run reads, and what it leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.code.listing import Listing
from codequest.errors import WeightsNotFoundError
from codequest.search import CodeIndex, IndexRun
from codequest.search.freshness import watched
from tests.search.conftest import FILES, counts, held, write

Build = Callable[..., IndexRun]


def test_only_what_changed_is_read_again(project: Path, build: Build) -> None:
    build(project)
    write(project, {"notes.txt": "other words\n", "new.py": "def brand_new():\n    return 1\n"})
    (project / "docs" / "guide.md").unlink()
    report = build(project)
    assert counts(report) == (1, 1, 1, 3)
    assert report.embedded == 2
    paths = {path for path, _, _ in held(project)}
    assert paths == {"src/cache.py", "src/sort.js", "tests/test_cache.py", "notes.txt", "new.py"}
    assert ("notes.txt", "", "other words") in held(project)
    (project / "notes.txt").touch()
    assert counts(build(project)) == (0, 0, 0, 5)


def test_a_renamed_file_needs_no_teacher(project: Path, build: Build, tiny_teacher: Path, tmp_path: Path) -> None:
    teacher = shutil.copytree(tiny_teacher, tmp_path / "teacher")
    build(project, teacher=str(teacher))
    shutil.rmtree(teacher)
    (project / "src").rename(project / "lib")
    assert counts(build(project, teacher=None)) == (2, 0, 2, 3)
    assert "lib/sort.js" in {path for path, _, _ in held(project)}
    write(project, {"notes.txt": "what the teacher never saw\n"})
    with pytest.raises(WeightsNotFoundError):
        build(project, teacher=None)
    assert ("notes.txt", "", "the list of values") in held(project)


def test_a_file_that_vanishes_during_the_run_is_gone(project: Path, build: Build) -> None:
    def remove(what: str, done: int, total: int) -> None:
        (project / "tests" / "test_cache.py").unlink(missing_ok=True)

    assert counts(build(project, progress=remove)) == (4, 0, 0, 0)


def test_files_that_nobody_expects(project: Path, build: Build) -> None:
    with (project / "huge.py").open("wb") as file:
        file.truncate(200 * 2**20)
    (project / "latin.py").write_bytes(b"def caf\xe9():\n    return 'na\xefve unicorn'\n")
    (project / "loop").symlink_to(project, target_is_directory=True)
    (project / "itself.py").symlink_to("itself.py")
    os.mkfifo(project / "pipe.py")
    report = build(project)
    assert counts(report) == (6, 0, 0, 0)
    assert report.skipped == {"larger than 1 MB": 1, "symbolic link": 2, "not a regular file": 1}
    [hit] = CodeIndex.open(project, encoder=None).search("unicorn", mode="lexical")
    assert (hit.path, hit.text) == ("latin.py", "def caf\ufffd():\n    return 'na\ufffdve unicorn'")


def test_without_git_a_folder_is_walked(project: Path, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "-C", str(project), "init", "-q"], check=True)
    write(project, {".gitignore": "notes.txt\n"})
    monkeypatch.setenv("PATH", "")
    assert counts(build(project)) == (5, 0, 0, 0)
    assert {path for path, _, _ in held(project)} == {*FILES, ".gitignore"} - {"notes.txt"}


def test_a_file_that_vanishes_while_it_is_listed_is_gone(
    project: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(project)
    listed = watched.list_files

    def vanishing(root: Path, skipped: Counter[str]) -> Listing:
        found = listed(root, skipped)
        (root / "notes.txt").unlink()
        shutil.rmtree(root / "docs")
        return found

    monkeypatch.setattr(watched, "list_files", vanishing)
    assert counts(build(project)) == (0, 0, 2, 3)
    assert not {"notes.txt", "docs/guide.md"} & {path for path, _, _ in held(project)}
