"""Differences between a folder and its index."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from codequest.search.freshness.look import Look
from codequest.search.freshness.states import FileClock, state_at
from codequest.search.freshness.watched import list_watched
from codequest.search.store.tables import KnownStates
from tests.search.conftest import write

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git")

TREE = {".gitignore": "*.log\nmade/\n", "a.py": "a", "src/b.py": "b", "src/deep/c.py": "c", "made/d.py": "d"}


def git(folder: Path, *arguments: str) -> None:
    person = ("-c", "user.name=A", "-c", "user.email=a@b")
    subprocess.run(["git", *person, "-C", str(folder), *arguments], check=True, capture_output=True)


def known(root: Path, clock: Path) -> KnownStates:
    """What an index run would keep."""
    files, watched = list_watched(root, FileClock(clock), Counter())
    return KnownStates([(path, *state_at(str(root / path))) for path in files], watched)


@pytest.fixture(params=["walked", pytest.param("git", marks=needs_git)])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    root = write(tmp_path / "root", TREE)
    (root / "empty").mkdir()
    if request.param == "git":
        git(root, "init", "-q")
    return root


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    (tmp_path / "clock").touch()
    return tmp_path / "clock"


def test_nothing_is_seen_where_nothing_is_changed(root: Path, clock: Path) -> None:
    states = known(root, clock)
    assert [row[0] for row in states.files] == [".gitignore", "a.py", "src/b.py", "src/deep/c.py"]
    assert not Look.at(root, states)
    write(root, {"made/d.py": "other", "made/e.py": "e", ".codequest/index.json": "{}"})
    assert Look.at(root, states) == Look(listing=True)  # the folder of an index was made
    states = known(root, clock)
    write(root, {"made/f.py": "f", ".codequest/other.json": "{}"})
    assert not Look.at(root, states)


def test_changed_and_removed_files_are_seen(root: Path, clock: Path) -> None:
    states = known(root, clock)
    write(root, {"src/b.py": "other"})
    assert Look.at(root, states) == Look(changed=frozenset({"src/b.py"}))
    (root / "a.py").unlink()
    assert Look.at(root, states) == Look(frozenset({"src/b.py"}), frozenset({"a.py"}), listing=True)


@pytest.mark.parametrize("path", ["new.py", "src/new.py", "src/deep/new.py", "empty/new.py", "one/two/new.py"])
def test_a_new_file_is_seen_wherever_it_is(root: Path, clock: Path, path: str) -> None:
    states = known(root, clock)
    write(root, {path: "new"})
    assert Look.at(root, states).listing
    assert path in list_watched(root, FileClock(clock), Counter())[0]


@pytest.mark.parametrize(
    ("path", "rules"), [(".gitignore", "*.log\n"), ("src/.gitignore", "deep/\n"), (".gitignore", "*.py\n")]
)
def test_other_rules_are_seen(root: Path, clock: Path, path: str, rules: str) -> None:
    states = known(root, clock)
    write(root, {path: rules})
    assert Look.at(root, states).listing


@needs_git
def test_what_only_git_knows_is_seen(tmp_path: Path, clock: Path) -> None:
    root = write(tmp_path / "root", TREE)
    git(root, "init", "-q")
    git(root, "add", ".")
    states = known(root, clock)
    git(root, "add", "-f", "made/d.py")  # tracked, though it is ignored
    assert Look.at(root, states).listing
    states = known(root, clock)
    assert "made/d.py" in [row[0] for row in states.files]
    write(root, {".git/info/exclude": "a.py\n"})
    assert Look.at(root, states).listing


@needs_git
def test_the_rules_of_folders_around_count_as_well(tmp_path: Path, clock: Path) -> None:
    write(tmp_path / "top", {"root/a.py": "a", "root/b.log": "b"})
    git(tmp_path / "top", "init", "-q")
    states = known(tmp_path / "top" / "root", clock)
    write(tmp_path / "top", {".gitignore": "*.log\n"})
    assert Look.at(tmp_path / "top" / "root", states) == Look(listing=True)


@needs_git
def test_a_repository_inside_is_seen_when_it_is_none_any_more(tmp_path: Path, clock: Path) -> None:
    root = write(tmp_path / "root", {"a.py": "a", "inner/b.py": "b"})
    git(root, "init", "-q")
    git(root / "inner", "init", "-q")
    states = known(root, clock)
    assert [row[0] for row in states.files] == ["a.py"]
    shutil.rmtree(root / "inner" / ".git")
    assert Look.at(root, states) == Look(listing=True)
    assert list_watched(root, FileClock(clock), Counter())[0] == ["a.py", "inner/b.py"]


def test_a_file_that_comes_while_others_are_listed_is_seen(
    root: Path, clock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from codequest.search.freshness import watched

    listed = watched.list_files

    def late(*given: object) -> object:
        found = listed(*given)  # type: ignore[arg-type]
        write(root, {"src/late.py": "late"})
        return found

    monkeypatch.setattr(watched, "list_files", late)
    states = known(root, clock)
    assert "src/late.py" not in [row[0] for row in states.files]
    assert Look.at(root, states) == Look(listing=True)
