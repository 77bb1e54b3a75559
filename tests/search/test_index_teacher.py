"""The teacher that an index names, and what the user has said of it."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from codequest.cli.app import build_app
from codequest.errors import CodequestWarning, TeacherError
from codequest.search import CodeIndex
from codequest.search.home import IndexHome
from codequest.search.index_teacher import load_index_teacher, remember_teacher
from tests.search.conftest import FILES, counts, write
from tests.teachers.api_server import KEY, ApiServer
from tests.teachers.counting import CountingTeacher

KEPT = r"is kept in .*/cache/teachers/\w{32}\.json that you said so for"
SAID = r"sends texts to 'http://127\.0\.0\.1:\d+/openai/embeddings' .*'TEST_API_KEY', as you said before for"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    monkeypatch.setenv("TEST_API_KEY", KEY)
    with ApiServer().running() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    return write(tmp_path / "project", FILES)


@pytest.fixture
def name(server: ApiServer) -> str:
    return f"openai:x?base_url={server.url('openai')}&key_variable=TEST_API_KEY"


@pytest.fixture
def said(project: Path, name: str) -> Path:
    """An index whose teacher the user said on the command line; files have changed since."""
    with pytest.warns(CodequestWarning, match=KEPT):
        CodeIndex.build(project, teacher=name)
    return write(project, {"notes.txt": "the new list of values\n"})


def test_what_was_said_once_is_kept_for_later_runs_and_searches(
    said: Path,
    name: str,
    server: ApiServer,
    tmp_path: Path,
) -> None:
    [kept] = (tmp_path / "cache" / "teachers").iterdir()
    assert json.loads(kept.read_text(encoding="utf-8")) == {"root": str(said), "teacher": name}
    server.seen.clear()
    with pytest.warns(CodequestWarning, match=SAID):
        assert counts(CodeIndex.build(said)) == (0, 1, 0, 4)
    assert server.texts() == ["How long is a vector?", "the new list of values"]
    index = CodeIndex.open(said, encoder="teacher")
    with pytest.warns(CodequestWarning, match=SAID):
        assert len(index.search("values", limit=2)) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error", CodequestWarning)  # it was said, and the teacher is loaded
        assert len(index.search("list", limit=2)) == 2
    assert {request.authorization for request in server.seen} == {f"Bearer {KEY}"}


def test_commands_say_it_on_standard_error(
    project: Path, name: str, server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:

    said = []
    for options in (("index", project, "--teacher", name), ("search", "a", "--path", project, "--encoder", "teacher")):
        result = CliRunner().invoke(build_app(), [str(option) for option in options])
        assert result.exit_code == 0, result.output
        said.append(" ".join(result.stderr.split()))
    address = (
        f"sends texts to '{server.url('openai')}/embeddings' with the key in the environment variable 'TEST_API_KEY'"
    )
    assert re.search(rf"^Warning: {re.escape(repr(name))} {re.escape(address)}\. It {KEPT}", said[0])
    assert said[1] == f"Warning: {name!r} {address}, as you said before for {project}."


def test_saying_it_again_says_nothing_new(said: Path, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", CodequestWarning)
        assert counts(CodeIndex.build(said, teacher=name)) == (0, 1, 0, 4)


def test_an_index_that_names_another_address_changes_nothing_of_what_was_said(
    said: Path,
    name: str,
    server: ApiServer,
) -> None:
    """As if a commit had brought another index.json: texts still go where the user said, and nowhere else."""
    home, stats = IndexHome.find(said), CodeIndex.open(said, encoder=None).stats
    with ApiServer().running() as stranger:
        other = name.replace(server.url("openai"), stranger.url("openai"))
        changed = type(stats)(**{**{key: getattr(stats, key) for key in stats.__slots__}, "teacher": other})
        with pytest.warns(CodequestWarning, match=SAID):
            teacher = load_index_teacher(home, changed)
        server.seen.clear()
        assert teacher.encode_queries(["a"]).shape == (1, 8)
        assert (server.texts(), stranger.seen) == (["a"], [])


def test_it_was_said_for_that_folder_only(said: Path, name: str, tmp_path: Path) -> None:
    other = write(tmp_path / "other", FILES)
    CodeIndex.build(other, teacher=CountingTeacher(teacher=name))
    with pytest.raises(TeacherError, match=r"other/\.codequest/index\.json names the teacher 'openai:x\?.*say it once"):
        CodeIndex.open(other, encoder="teacher").search("a")


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"root": "/elsewhere", "teacher": "openai:x"}', "\xff"])
def test_what_was_kept_and_cannot_be_read_was_not_said(said: Path, tmp_path: Path, content: str) -> None:
    [kept] = (tmp_path / "cache" / "teachers").iterdir()
    kept.write_bytes(content.encode("latin-1"))
    with pytest.raises(TeacherError, match="What a file names is loaded from this machine only"):
        CodeIndex.build(said)


def test_a_cache_in_the_folder_itself_keeps_nothing_and_is_not_believed(
    said: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a repository would bring it, to a user whose cache is a folder in every repository."""
    (tmp_path / "cache").rename(said / "cache")
    monkeypatch.setenv("CODEQUEST_CACHE", str(said / "cache"))
    with pytest.raises(TeacherError, match="What a file names is loaded from this machine only"):
        CodeIndex.build(said)
    with pytest.warns(CodequestWarning, match=r"cannot be kept: the cache folder .* lies in it\. Say it again"):
        assert counts(CodeIndex.build(said, teacher=name))[:2] == (1, 1)  # the file in the cache is new


def test_a_teacher_on_this_machine_needs_no_leave(project: Path, tiny_teacher: Path, tmp_path: Path) -> None:
    remember_teacher(project, str(tiny_teacher))
    assert not (tmp_path / "cache" / "teachers").exists()
