"""What git says of a folder, and what it must not do for that."""

from __future__ import annotations

import os
import shutil
import sys
import time
import warnings
from pathlib import Path

import pytest

from codequest.code.git import commits, git_files, git_ignored, is_ignored, listing_rules, outer_rules
from codequest.code.git import run as git_process
from codequest.errors import CodequestWarning, GitError
from tests.code.crafted import BORROWED, PATHS, PROGRAMS, SECRET, Place, git, plain_git, write, write_index

pytestmark = pytest.mark.skipif(shutil.which("git") is None or os.name == "nt", reason="git")

_ASKED = "protocol=https\nhost=example.com\n\n"


def everything(folder: Path) -> str:
    """All that codequest asks git about a folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CodequestWarning)
        return f"{git_files(folder)} {git_files(folder / 'src')} {list(commits(folder, most=10))}"


def test_what_is_tracked_or_would_be(tmp_path: Path) -> None:
    write(tmp_path, {"é.py": "a", "a.tmp": "a", "out/b.py": "a", ".gitignore": "*.tmp\nout/\n"})
    git(tmp_path, "init", "-q")
    assert sorted(git_files(tmp_path) or []) == [".gitignore", "é.py"]
    assert is_ignored(tmp_path / "out")
    assert git_files(tmp_path / "out") is None
    assert list(commits(tmp_path, most=9)) == []
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one\ntwo")
    git(tmp_path, "commit", "-qm", "empty", "--allow-empty")
    assert [said[1:] for said in commits(tmp_path, most=9)] == [("A", "one two")]
    assert list(commits(tmp_path / "out", most=9)) == []


def test_ignored_names_and_the_files_that_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {".gitignore": "*.tmp\nout/\n", "out/b.py": "a", "in/c.py": "c", "é.tmp": "d"})
    git(tmp_path, "init", "-q")
    assert git_ignored(tmp_path, ["out", "in", "é.tmp", "missing.py"]) == {"out", "é.tmp"}
    assert git_ignored(tmp_path / "in", ["c.py"]) == git_ignored(tmp_path, []) == set()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no settings"))
    repository = tmp_path.resolve() / ".git"
    names = [str(repository / "index"), str(repository / "info" / "exclude"), str(tmp_path / "home" / "git" / "ignore")]
    assert listing_rules(tmp_path) == names
    assert listing_rules(tmp_path / "in") == [str(tmp_path.resolve() / ".gitignore"), *names]
    monkeypatch.setenv("PATH", "")
    assert listing_rules(tmp_path) == names
    assert listing_rules(tmp_path.parent) == []


def test_rules_that_hold_in_a_folder_and_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = tmp_path.resolve() / "a"
    write(top, {"b/c/d.py": "d"})
    git(top, "init", "-q")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no settings"))
    above = [(top / "b" / ".gitignore", top / "b"), (top / ".gitignore", top)]
    own = (top / ".git" / "info" / "exclude", top)
    users = (tmp_path.resolve() / "home" / "git" / "ignore", top)
    assert outer_rules(top / "b" / "c") == [*above, own, users]
    assert outer_rules(top) == [own, users]
    own[0].unlink()
    own[0].symlink_to(tmp_path / "elsewhere")
    assert outer_rules(top) == [users]
    assert outer_rules(tmp_path) == []


def test_outside_a_repository_and_without_git_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (git_files(tmp_path), is_ignored(tmp_path), list(commits(tmp_path, most=9))) == (None, False, [])
    git(tmp_path, "init", "-q")
    assert git_files(tmp_path) == []
    monkeypatch.setenv("PATH", "")
    assert (git_files(tmp_path), is_ignored(tmp_path), list(commits(tmp_path, most=9))) == (None, False, [])


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_program_of_a_repository_is_run(name: str, tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    arguments = PROGRAMS[name](place)
    everything(place.root)
    assert not place.ran.exists()
    plain_git(place.root, *arguments, typed=_ASKED)
    assert place.ran.exists()  # what git does by itself


@pytest.mark.parametrize("name", BORROWED)
def test_nothing_is_told_of_another_repository(name: str, tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    arguments = BORROWED[name](place)
    assert SECRET not in everything(place.root)
    assert SECRET in plain_git(place.root, *arguments)


@pytest.mark.parametrize("name", ["partial clone with missing history", "sparse index with a missing tree"])
def test_the_settings_hold_where_git_knows_no_variable_against_lazy_fetches(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place.make(tmp_path)
    PROGRAMS[name](place)
    run = git_process.subprocess.Popen

    def older(command: list[str], *, env: dict[str, str], **options: object) -> object:
        return run(command, env={name: value for name, value in env.items() if name != "GIT_NO_LAZY_FETCH"}, **options)

    monkeypatch.setattr(git_process.subprocess, "Popen", older)
    everything(place.root)
    assert not place.ran.exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GIT_DIR", "{outside}/.git"),
        ("GIT_WORK_TREE", "{outside}"),
        ("GIT_INDEX_FILE", "{outside}/.git/index"),
        ("GIT_COMMON_DIR", "{outside}/.git"),
        ("GIT_OBJECT_DIRECTORY", "{outside}/.git/objects"),
        ("GIT_NAMESPACE", "other"),
        ("GIT_TRACE", "{outside}/trace"),
        ("GIT_TRACE2_EVENT", "{outside}/trace"),
        ("GIT_EXTERNAL_DIFF", "{canary}"),
        ("GIT_SSH_COMMAND", "{canary}"),
        ("GIT_ASKPASS", "{canary}"),
        ("GIT_PAGER", "{canary}"),
        ("GIT_EDITOR", "{canary}"),
        ("GIT_LITERAL_PATHSPECS", "0"),
        ("GIT_CONFIG", "{outside}/.git/config"),
    ],
)
def test_no_variable_of_the_caller_leads_elsewhere(
    variable: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place.make(tmp_path)
    before = sorted(place.outside.rglob("*"))
    monkeypatch.setenv(variable, value.format(outside=place.outside, canary=place.canary))
    assert sorted(git_files(place.root) or []) == ["a.py", "src/b.py"]
    assert [subject for _, _, subject in commits(place.root, most=9)] == ["read the configuration of every parser"]
    assert sorted(place.outside.rglob("*")) == before
    assert not place.ran.exists()


def test_a_program_called_git_in_the_working_directory_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place.make(tmp_path)
    shutil.copy(place.canary, place.root / "git")
    monkeypatch.chdir(place.root)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    assert sorted(git_files(place.root) or []) == ["a.py", "git", "src/b.py"]
    assert not place.ran.exists()


def test_the_users_own_ignore_rules_hold_and_not_those_that_a_repository_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place.make(tmp_path)
    write(tmp_path, {"rules": "*.log\n", "home/git/ignore": "*.tmp\n"})
    write(place.root, {"a.log": "a", "a.tmp": "a"})
    place.config(core__excludesFile=str(tmp_path / "rules"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no settings"))
    assert sorted(git_files(place.root) or []) == ["a.log", "a.py", "src/b.py"]
    write(tmp_path, {"settings": f"[core]\nexcludesFile = {tmp_path}/rules\n"})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    assert sorted(git_files(place.root) or []) == ["a.py", "a.tmp", "src/b.py"]


def test_what_git_refuses_is_said_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place.make(tmp_path)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.warns(
        CodequestWarning, match=r"It said: .*dubious ownership.* --add safe\.directory .* listed without git"
    ):
        assert git_files(place.root) is None
    with pytest.warns(CodequestWarning, match=r"dubious ownership.*Its commits are not read\."):
        assert list(commits(place.root, most=9)) == []
    with pytest.raises(GitError, match="dubious ownership"):
        is_ignored(place.root)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_process, "PATIENCE", 0.3)


def test_an_answer_that_does_not_come_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hasty: None
) -> None:
    place = Place.make(tmp_path)
    write(tmp_path, {"bin/git": '#!/bin/sh\ncase "$*" in *ls-files*) exec sleep 60;; esac\nexit 1\n'})
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(git_process, "MOST_SECONDS", 0.5)
    began = time.monotonic()
    with pytest.warns(CodequestWarning, match=r"git did not answer about .* within 0\.5 s\. .* such as a pipe"):
        assert git_files(place.root) is None
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("rules", ["src/.gitignore", ".git/info/exclude", ".gitignore"])
def test_a_glob_that_git_would_match_for_ever_is_not_waited_for(rules: str, tmp_path: Path, hasty: None) -> None:
    place = Place.make(tmp_path)
    write(place.root, {rules: f"ab\n{'*a' * 9}*b\n", f"src/{'a' * 200}.py": "a"})
    with pytest.warns(
        CodequestWarning, match=r"git is not waited for: .* has a glob of many stars, '\*a\*a.* without git"
    ):
        assert git_files(place.root) is None
    began = time.monotonic()
    with pytest.warns(CodequestWarning, match=r"is not asked about .* has a glob of many stars"):
        assert git_files(place.root) is None  # known now
    assert time.monotonic() - began < 0.3
    write(place.root, {rules: "ab\n"})
    assert f"src/{'a' * 200}.py" in (git_files(place.root) or [])


def test_a_pipe_further_down_is_not_waited_for(tmp_path: Path, hasty: None) -> None:
    place = Place.make(tmp_path)
    (place.root / "a\nError: b\x1b[2J").mkdir()
    os.mkfifo(place.root / "a\nError: b\x1b[2J" / ".gitignore")
    says = r"git is not waited for: .*/a<U\+000A>Error: b<U\+001B>\[2J/\.gitignore is no regular file"
    with pytest.warns(CodequestWarning, match=says):
        assert git_files(place.root) is None


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit")
def test_rules_of_gigabytes_do_not_fill_the_memory(tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    with (place.root / "src" / ".gitignore").open("wb") as file:
        file.truncate(64 << 30)  # of nothing
    with pytest.warns(CodequestWarning, match=r"git refuses to read .* [Oo]ut of memory"):
        assert git_files(place.root) is None


def test_names_without_end_are_not_listened_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place.make(tmp_path)
    write_index(place.root, [f"{'deep/' * 700}{number}.py" for number in range(400)])
    git(place.root, "update-index", "--index-version", "4")
    assert (place.root / ".git" / "index").stat().st_size < 60_000
    assert len(git_files(place.root) or []) == 402
    monkeypatch.setattr(git_process, "MOST_BYTES", 1 << 20)
    with pytest.warns(
        CodequestWarning, match=r"git is not listened to: its answer is longer than 1 MiB\. .*without git"
    ):
        assert git_files(place.root) is None


def test_commits_without_end_are_not_listened_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place.make(tmp_path)
    subject = tmp_path / "subject"
    subject.write_text("a " * (1 << 21), encoding="utf-8")
    write(place.root, {"a.py": "changed = 1\n"})
    git(place.root, "commit", "-qa", "-F", str(subject))
    monkeypatch.setattr(git_process, "MOST_BYTES", 1 << 20)
    with pytest.warns(CodequestWarning, match=r"longer than 1 MiB\. Its commits are not read\."):
        assert list(commits(place.root, most=9)) == []


def test_rules_that_are_a_pipe_are_not_waited_for(tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    os.mkfifo(place.root / ".gitignore")
    for folder in (place.root, place.root / "src"):
        with pytest.warns(CodequestWarning, match=r"git is not asked about .*\.gitignore is no regular file"):
            assert git_files(folder) is None
    with pytest.warns(CodequestWarning, match=r"is no regular file.*Its commits are not read"):
        assert list(commits(place.root, most=9)) == []


def test_the_crafted_repositories_are_many() -> None:
    assert len(PROGRAMS) + len(BORROWED) + len(PATHS) >= 25
