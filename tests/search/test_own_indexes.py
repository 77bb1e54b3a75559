"""Only an index that this user has made is read."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError, CodequestWarning, IndexNotFoundError
from codequest.search import CodeIndex, IndexRun
from codequest.search.mcp.tools import CodeTools
from codequest.search.own_indexes import has_made, is_own, new_token
from tests.search.conftest import counts, held, write

Build = Callable[..., IndexRun]
BAIT = "def bait_of_a_stranger():\n    return 1\n"


@pytest.fixture
def brought(project: Path, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an index that a stranger, with a cache of his own, has made of other code."""
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache of the stranger"))
    write(project, {"bait.py": BAIT})
    build(project)
    (project / "bait.py").unlink()
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    return project


def indexed_anew(build: Build, root: Path, *, why: str, **options: object) -> None:
    with pytest.warns(CodequestWarning, match=rf"The index in .*\.codequest {why}\. It is removed, and made anew\."):
        assert counts(build(root, **options)) == (5, 0, 0, 0)
    assert "bait.py" not in {path for path, _, _ in held(root)}
    with warnings.catch_warnings():
        warnings.simplefilter("error", CodequestWarning)
        assert counts(build(root)) == (0, 0, 0, 5)


@pytest.mark.parametrize("rebuild", [False, True])
def test_an_index_that_was_brought_is_no_index_until_it_is_made_anew(
    brought: Path, build: Build, rebuild: bool
) -> None:
    remedy = rf"was not made here by you\. Make your own with: codequest index {brought}"
    for use in (
        lambda: CodeIndex.open(brought, encoder=None),
        lambda: CodeIndex.open(brought / "src", encoder=None),
    ):
        with pytest.raises(IndexNotFoundError, match=remedy.removesuffix(str(brought))):
            use()
    with pytest.raises(IndexNotFoundError, match=remedy):
        CodeIndex.open(brought, encoder=None)
    indexed_anew(build, brought, why="was not made here by you", rebuild=rebuild)


def test_an_agent_that_searches_has_a_brought_index_made_anew(brought: Path) -> None:
    tools = CodeTools(brought, encoder=None, mode="lexical")
    with pytest.warns(CodequestWarning, match=r"was not made here by you\. It is removed, and made anew"):
        assert tools.indexes.roots == [brought]
    assert "bait.py" not in [hit.path for hit in tools.search("bait").hits]
    assert CodeIndex.open(brought, encoder=None).root == brought


def test_an_index_that_takes_the_place_of_ones_own_is_not_read(brought: Path, build: Build, tmp_path: Path) -> None:
    shutil.move(brought / ".codequest", tmp_path / "bait")
    build(brought)
    index = CodeIndex.open(brought, encoder=None)
    shutil.rmtree(brought / ".codequest")
    shutil.copytree(tmp_path / "bait", brought / ".codequest")
    with pytest.raises(CodeIndexError, match="is not the one that you made here"):
        index.search("bait", mode="lexical")
    with pytest.raises(IndexNotFoundError, match="is not the one that you made here"):
        CodeIndex.open(brought, encoder=None)
    indexed_anew(build, brought, why="is not the one that you made here")


def test_an_index_without_a_token_is_made_anew_from_the_cache(project: Path, build: Build) -> None:
    file = build(project).folder / "index.json"
    values = json.loads(file.read_text(encoding="utf-8"))
    del values["token"]
    file.write_text(json.dumps(values), encoding="utf-8")
    indexed_anew(build, project, why="is not the one that you made here")


def test_a_foreign_index_around_a_folder_does_not_hide_ones_own(brought: Path, build: Build, tmp_path: Path) -> None:
    shutil.copytree(brought / ".codequest", tmp_path / ".codequest")
    with pytest.raises(IndexNotFoundError, match=r"project/\.codequest was not .* own with: codequest index .*/src"):
        CodeIndex.open(brought / "src", encoder=None)
    shutil.copytree(brought / ".codequest", brought / "src" / ".codequest")
    indexed_anew(build, brought, why="was not made here by you")
    assert CodeIndex.open(brought / "src", encoder=None).root == brought


def test_files_of_others_in_the_folder_of_an_index_stay(brought: Path, build: Build) -> None:
    write(brought, {".codequest/notes.txt": "mine"})
    indexed_anew(build, brought, why="was not made here by you")
    assert (brought / ".codequest" / "notes.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("part", ["store", "store/1/words", "index.json"])
@pytest.mark.parametrize("rebuild", [False, True])
def test_a_link_in_ones_own_index_is_not_followed_and_nothing_is_removed_through_it(
    project: Path, build: Build, tmp_path: Path, part: str, rebuild: bool
) -> None:
    place = build(project).folder / part
    place.rename(tmp_path / "moved")
    place.symlink_to(tmp_path / "moved")
    before = sorted(tmp_path.joinpath("moved").rglob("*"))
    with pytest.raises(IndexNotFoundError, match=f"is not read, because .*{part} is a symbolic link"):
        CodeIndex.open(project, encoder=None)
    indexed_anew(build, project, why=f"is not read, because .*{part} is a symbolic link", rebuild=rebuild)
    assert (sorted(tmp_path.joinpath("moved").rglob("*")), place.is_symlink()) == (before, False)


def test_a_folder_that_becomes_a_link_during_a_run_is_not_written_through(
    project: Path, build: Build, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()

    def swap(what: str, done: int, total: int) -> None:
        if what == "Building the full-text index":
            (project / ".codequest").rename(tmp_path / "moved")
            (project / ".codequest").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CodeIndexError):
        build(project, progress=swap)
    assert not (tmp_path / "elsewhere" / "index.json").exists()


def test_tokens_are_random_and_only_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path))
    assert not has_made(tmp_path / "a")
    first, second = new_token(tmp_path / "a"), new_token(tmp_path / "a")
    assert first != second
    assert [len(first), is_own(tmp_path / "a", first), is_own(tmp_path / "a", second)] == [32, False, True]
    assert not any(is_own(tmp_path / "b", token) for token in (first, second, ""))
    assert not is_own(tmp_path / "a", "é\udc80")
    [kept] = (tmp_path / "indexes" / "own").iterdir()
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_cache_that_cannot_keep_the_token_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "file"))
    with pytest.raises(CodeIndexError, match=r"cannot be written \(Not a directory\).*is yours; set CODEQUEST_CACHE"):
        new_token(tmp_path)
