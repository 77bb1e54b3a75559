"""Which files are indexed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from codequest.code.inside import LINK
from codequest.code.listing import OTHER_REPOSITORY, OWN_RULES, VENDORED, list_files
from codequest.errors import CodequestWarning
from tests.code.crafted import deep_folders
from tests.search.conftest import write

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git")


def listed(root: Path) -> tuple[list[str], dict[str, int]]:
    skipped: Counter[str] = Counter()
    return list_files(root, skipped).files, {reason: count for reason, count in skipped.items() if count}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


TREE = {
    ".gitignore": "*.tmp\n/made/\n",
    "a.py": "a",
    "a.tmp": "a",
    "made/a.py": "a",
    "src/.gitignore": "!kept.tmp\nlocal/\n",
    "src/kept.tmp": "a",
    "src/made/a.py": "a",
    "src/local/a.py": "a",
    "node_modules/x/index.js": "a",
    "src/vendor/x.go": "a",
    ".codequest/x.py": "a",
}

DAMAGED = "[z-a]\n" + "*a" * 200 + "b\nmade\\\n*.tmp\n"
"""A .gitignore with lines that are no globs, and with one that takes for ever where every way to match is tried."""

EXPECTED = [".gitignore", "a.py", "src/.gitignore", "src/kept.tmp", "src/made/a.py"]


@needs_git
def test_in_git_its_rules_hold(tmp_path: Path) -> None:
    root = write(tmp_path, TREE)
    git(root, "init", "-q")
    git(root, "init", "-q", str(root / "inner"))
    write(root, {"bin/tool.py": "a", "inner/a.py": "a", "gone.py": "a"})
    git(root, "add", "gone.py", "bin")
    paths, skipped = listed(root)
    assert paths == sorted([*EXPECTED, "bin/tool.py", "gone.py"])
    assert skipped == {VENDORED: 2, OTHER_REPOSITORY: 1}
    assert listed(root / "src")[0] == [".gitignore", "kept.tmp", "made/a.py"]


def test_outside_git_the_rules_are_the_same(tmp_path: Path) -> None:
    root = write(tmp_path, {**TREE, "build/a.py": "a", ".hidden/a.py": "a"})
    paths, skipped = listed(root)
    assert paths == EXPECTED
    assert skipped == {VENDORED: 4}


@pytest.mark.parametrize("repository", [False, pytest.param(True, marks=needs_git)])
def test_a_repository_says_itself_what_is_left_out_and_what_is_not(tmp_path: Path, repository: bool) -> None:
    files = {
        ".codequestignore": "!external/\n!third_party/ours/\n*.sql\n",
        ".gitattributes": "vendor/** -linguist-vendored\nmade/** linguist-generated\n",
        **dict.fromkeys(("external/a.py", "third_party/ours/b.py", "third_party/c.py", "src/vendor/d.go"), "a"),
        **dict.fromkeys(("vendor/e.go", "made/f.py", "g.sql", "node_modules/h.js"), "a"),
    }
    root = write(tmp_path, files)
    if repository:
        git(root, "init", "-q")
    paths, skipped = listed(root)
    assert paths == [".codequestignore", ".gitattributes", "external/a.py", "third_party/ours/b.py", "vendor/e.go"]
    assert skipped == {VENDORED: 2, OWN_RULES: 3}
    found = list_files(root, Counter())
    assert found.left_out == ["node_modules/", "src/vendor/", "g.sql", "made/f.py", "third_party/c.py"]
    assert {".codequestignore", ".gitattributes"} <= set(found.watched)


@pytest.mark.parametrize("repository", [False, pytest.param(True, marks=needs_git)])
def test_links_are_not_followed(tmp_path: Path, repository: bool) -> None:
    root = write(tmp_path / "root", {"a/a.py": "a"})
    write(tmp_path, {"outside.py": "a"})
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "a" / "loop").symlink_to("loop")
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    (root / "broken.py").symlink_to("nowhere")
    if repository:
        git(root, "init", "-q")
    assert listed(root) == (["a/a.py"], {LINK: 4})


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode")
def test_a_name_that_is_not_unicode_is_skipped(tmp_path: Path) -> None:
    write(tmp_path, {"é.py": "a"})
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff.py")).write_text("a", encoding="utf-8")
    assert listed(tmp_path) == (["é.py"], {"name that is not UTF-8": 1})


def test_lines_of_a_gitignore_that_are_no_globs_ignore_nothing(tmp_path: Path) -> None:
    root = write(tmp_path / "plain", {".gitignore": DAMAGED, "a" * 250: "a", "b.tmp": "a", "c.py": "a"})
    assert listed(root)[0] == [".gitignore", "a" * 250, "c.py"]


@needs_git
def test_what_decides_about_the_files_is_named(tmp_path: Path) -> None:
    root = write(tmp_path / "root", {**TREE, "src/empty/a.tmp": "a", "src/inner/a.py": "a"})
    git(root, "init", "-q")
    git(root / "src" / "inner", "init", "-q")
    found = list_files(root, Counter())
    assert found.files == EXPECTED
    own = [".", ".gitignore", "src", "src/.gitignore", "src/empty", "src/inner", "src/made"]
    repository = [str(root / ".git" / name) for name in ("index", "info/exclude")]
    assert {path for path in found.watched if not path.startswith("/")} == set(own)
    assert set(repository) < set(found.watched)
    inner = list_files(root / "src", Counter())
    assert str(root / ".gitignore") in inner.watched


@needs_git
def test_where_git_is_not_asked_the_rules_around_a_folder_hold_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = (
        "a.py",
        "a.log",
        "a.tmp",
        "a.bak",
        "made/b.py",
        "src/a.tmp",
        "src/made/b.py",
        "src/in/a.log",
        "src/in/c.py",
    )
    root = write(tmp_path / "root", {".gitignore": "*.tmp\n/src/made/\n", "src/.gitignore": "!a.tmp\n"})
    write(root, dict.fromkeys(names, "a"))
    git(root, "init", "-q")
    write(root, {".git/info/exclude": "*.bak\n/made/\n"})
    write(tmp_path, {"settings": f"[core]\nexcludesFile = {tmp_path}/users\n", "rules": "/src/in/*.log\n/a.log\n"})
    (tmp_path / "users").symlink_to("rules")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    folders = (root, root / "src", root / "src" / "in", root / "src" / "made")
    by_git = [listed(folder)[0] for folder in folders]
    expected = [".gitignore", "a.py", "src/.gitignore", "src/a.tmp", "src/in/c.py"]
    assert by_git == [expected, [".gitignore", "a.tmp", "in/c.py"], ["c.py"], ["b.py"]]
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.warns(CodequestWarning, match="listed without git"):
        assert [listed(folder)[0] for folder in folders] == by_git


@needs_git
def test_rules_in_the_repository_of_another_folder_are_not_read(tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"a.py": "a"})
    git(other, "init", "-q")
    write(other, {".git/info/exclude": "*.py\n"})
    root = write(tmp_path / "root", {"b.py": "b", ".git": f"gitdir: {other}/.git\n"})
    with pytest.warns(CodequestWarning, match="is of another folder"):
        assert listed(root)[0] == ["b.py"]


def test_a_work_tree_inside_is_left_out_without_git_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worktree, submodule = "gitdir: /repository/.git/worktrees/second\n", "gitdir: ../.git/modules/inner\n"
    root = write(
        tmp_path, {"a.py": "a", "second/.git": worktree, "second/a.py": "a", "inner/.git": submodule, "inner/b.py": "b"}
    )
    monkeypatch.setenv("PATH", "")
    assert listed(root) == (["a.py", "inner/b.py"], {OTHER_REPOSITORY: 1})


@needs_git
def test_folders_without_files_are_read_to_a_depth_for_git_is_asked_about_each(tmp_path: Path) -> None:
    root = write(tmp_path, {"src/a.py": "a"})
    git(root, "init", "-q")
    with deep_folders(root / "src", 100):
        found = list_files(root, Counter())
    assert found.files == ["src/a.py"]
    assert "src/" + "a/" * 62 + "a" in found.watched
    assert "src/" + "a/" * 70 + "a" not in found.watched


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="paths of any length")
def test_a_chain_of_folders_is_read_as_far_as_paths_lead(tmp_path: Path) -> None:
    root = write(tmp_path, {"src/a.py": "a"})
    skipped: Counter[str] = Counter()
    with deep_folders(root / "src", 2100):
        found = list_files(root, skipped)
    assert found.files == ["src/a.py"]
    assert max(map(len, found.watched)) == 4095
    assert +skipped == Counter({"path that is too long": 1})


@needs_git
def test_paths_of_an_index_that_lead_nowhere_are_looked_at_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "a.py")
    blob = subprocess.check_output(["git", "-C", str(tmp_path), "hash-object", "a.py"], text=True).strip()
    names = [*(f"{'a/' * 500}{number}/b.py" for number in range(300)), "node_modules/a/b.py"]
    entries = "".join(f"100644 {blob}\t{name}\n" for name in names)
    subprocess.run(["git", "-C", str(tmp_path), "update-index", "--index-info"], input=entries, text=True, check=True)
    assert listed(tmp_path) == (["a.py"], {VENDORED: 1})
