"""Searches of a folder that changes."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.search import CodeIndex, IndexRun
from codequest.search.freshness import fresh_index
from codequest.search.freshness.fresh_index import Freshness
from codequest.search.freshness.refresh import ANOTHER_RUN, NO_ENCODER, NO_TIME
from codequest.search.home import IndexHome
from codequest.search.scan import AT_LEAST
from tests.search.conftest import FILES, counts, held, write
from tests.search.freshness.test_look import git, needs_git

Build = Callable[..., IndexRun]

UNICORN = 'def find_unicorn(herd):\n    """The first unicorn of a herd."""\n    return herd[0]\n'


def paths(index: CodeIndex, query: str = "unicorn") -> list[str]:
    return [hit.path for hit in index.search(query, mode="lexical")]


def test_a_changed_a_new_and_a_removed_file_are_found_as_they_are(index: CodeIndex, project: Path) -> None:
    assert paths(index) == []
    assert index.freshness == Freshness()
    write(project, {"notes.txt": "a unicorn\n", "src/deep/new.py": UNICORN})
    (project / "docs" / "guide.md").unlink()
    assert sorted(paths(index)) == ["notes.txt", "src/deep/new.py"]
    assert index.freshness == Freshness(updated=3)
    assert "docs/guide.md" not in index.paths
    [hit] = index.search("first unicorn of a herd", mode="dense", limit=1)
    assert (hit.path, hit.symbol, hit.text, hit.stale) == ("src/deep/new.py", "find_unicorn", UNICORN.strip(), False)
    assert (index.stats.files, index.stats.chunks, index.stats.taught) == (5, 6, 4)
    assert dict(index.stats.languages) == {"python": 3, "javascript": 1, "text": 1}
    assert dict(index.stats.kinds) == {"function": 4, "class": 1, "window": 1}
    assert index.search("unicorn", mode="lexical")
    assert index.freshness == Freshness()


def test_the_next_run_finds_what_searches_have_brought_in(index: CodeIndex, project: Path, build: Build) -> None:
    write(project, {"new.py": UNICORN, "notes.txt": "other words\n"})
    assert paths(index) == ["new.py"]
    (project / "new.py").unlink()
    assert paths(index) == []
    before = held(project)
    assert counts(build(project, teacher=None)) == (0, 0, 0, 5)
    assert held(project) == before


def test_an_index_of_another_process_is_brought_up_to_date_as_well(index: CodeIndex, project: Path) -> None:
    other = CodeIndex.open(project, encoder=None)
    write(project, {"new.py": UNICORN})
    assert paths(index) == paths(other) == ["new.py"]
    assert (index.freshness.updated, other.freshness.updated) == (1, 0)


def test_after_a_long_look_searches_rely_on_it_for_a_moment(
    index: CodeIndex, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh_index, "LONG", 0.0)
    monkeypatch.setattr(fresh_index, "REST", 10**9)
    assert paths(index, "walrus") == []
    write(project, {"new.py": UNICORN, "src/sort.js": "// a walrus\n"})
    assert paths(index, "unicorn") == []  # not yet
    assert paths(index, "cache") != []  # no hit in a file that has changed
    assert index.freshness == Freshness()
    texts = {hit.path: hit.text for hit in index.search("sortByValue", mode="lexical")}
    assert texts["src/sort.js"] == "// a walrus"  # hits are never of another text than their files have
    assert index.freshness == Freshness(updated=2)
    assert (paths(index, "walrus"), paths(index, "unicorn")) == (["src/sort.js"], ["new.py"])
    write(project, {"late.py": UNICORN.replace("unicorn", "yak")})
    assert index.refresh().updated == 1


def test_a_change_that_leaves_size_and_time_is_found(index: CodeIndex, project: Path) -> None:
    file = project / "notes.txt"
    for word in ("walrus", "badger", "ferret"):  # one after the other, within one tick of most clocks
        status = file.stat()
        file.write_text(f"the {word} ofvalues\n", encoding="utf-8")
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert paths(index, word) == ["notes.txt"]


def test_a_renamed_file_keeps_the_vectors_of_the_teacher(index: CodeIndex, project: Path) -> None:
    (project / "src" / "sort.js").rename(project / "src" / "order.js")
    [hit, *_] = index.search("sortByValue", mode="lexical")
    assert hit.path == "src/order.js"
    assert index.stats.taught == index.stats.chunks == 6


def test_a_file_that_is_touched_is_not_read_into_chunks_again(index: CodeIndex, project: Path) -> None:
    (project / "notes.txt").touch()
    assert "notes.txt" in paths(index, "list of values")
    assert index.freshness == Freshness()
    (project / "notes.txt").chmod(0o600)
    assert index.refresh() == Freshness()


@needs_git
def test_a_branch_and_back_costs_no_embedding(build: Build, project: Path, tiny_light: Path) -> None:
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "one")
    build(project)
    index = CodeIndex.open(project, encoder=None)  # nothing embeds lightly here: all vectors are the teacher's
    git(project, "checkout", "-qb", "other")
    git(project, "rm", "-q", "src/sort.js")
    git(project, "commit", "-qm", "two")
    assert "src/sort.js" not in paths(index, "sort by value")
    git(project, "checkout", "-q", "-")
    assert paths(index, "sort by value")[0] == "src/sort.js"
    assert index.freshness == Freshness(updated=1)
    assert index.stats.taught == index.stats.chunks == 6


@needs_git
def test_a_work_tree_has_its_own_index_and_the_vectors_of_the_first(build: Build, project: Path) -> None:
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "one")
    build(project)
    git(project, "worktree", "add", "-q", "inside/second")
    index = CodeIndex.open(project, encoder=None)
    assert [path for path in paths(index, "sort by value") if path.startswith("inside")] == []
    (project / "inside" / "second" / "src" / "sort.js").rename(project / "inside" / "second" / "src" / "order.js")
    assert counts(build(project / "inside" / "second")) == (5, 0, 0, 0)
    assert paths(CodeIndex.open(project / "inside" / "second" / "src", encoder=None), "sort")[0] == "src/order.js"


def test_without_a_look_hits_are_what_was_indexed(index: CodeIndex, project: Path) -> None:
    old = CodeIndex.open(project, encoder=None, refresh=False)
    write(project, {"notes.txt": "a unicorn\n"})
    assert paths(old) == []
    [hit] = [hit for hit in old.search("list of values", mode="lexical") if hit.path == "notes.txt"]
    assert (hit.text, hit.stale) == ("the list of values", False)


def test_while_another_run_writes_changes_are_marked(index: CodeIndex, project: Path) -> None:
    changed = "# new\n\n" + FILES["src/cache.py"].replace('"""Read', '"""Look at')
    write(project, {"src/cache.py": changed, "new.py": UNICORN})
    (project / "notes.txt").unlink()
    with IndexHome.find(project).locked_at_once() as mine:
        assert mine
        hits = index.search("load entry file of list values", mode="lexical")
        found = {(hit.path, hit.symbol): hit for hit in hits}
        hit = found["src/cache.py", "Cache.load_entry"]
        assert (hit.start_line, hit.end_line, hit.stale) == (6, 8, True)
        assert '"""Look at the file of an entry."""' in hit.text
        assert ("notes.txt", "") not in found
        assert paths(index) == []
    assert index.freshness == Freshness(
        pending=frozenset({"src/cache.py"}), gone=frozenset({"notes.txt"}), unread=1, why=ANOTHER_RUN
    )
    assert index.freshness.missing == 3
    assert paths(index) == ["new.py"]
    assert index.freshness == Freshness(updated=3)
    assert not any(hit.stale for hit in index.search("load entry", mode="lexical"))


def test_more_than_there_is_time_for_is_marked_and_comes_bit_by_bit(
    index: CodeIndex, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh_index, "BUDGET_SECONDS", 0.0)
    write(project, {f"new/f{number}.txt": f"unicorn {number}\n" for number in range(2 * AT_LEAST)})
    write(project, {"notes.txt": "the list of unicorns\n"})
    os.utime(project / "notes.txt", ns=(0, 0))  # the newest come first
    hits = index.search("list of unicorns", mode="lexical", limit=50)
    assert index.freshness == Freshness(
        updated=AT_LEAST, pending=frozenset({"notes.txt"}), unread=AT_LEAST, why=NO_TIME
    )
    [stale] = [hit for hit in hits if hit.path == "notes.txt"]
    assert (stale.text, stale.stale) == ("the list of unicorns", True)
    assert sum(hit.path.startswith("new/") for hit in hits) == AT_LEAST
    assert index.refresh().updated == AT_LEAST
    assert index.refresh() == Freshness(updated=1)
    assert len(paths(index)) == 10
    assert index.stats.files == 2 * AT_LEAST + 5


def test_new_code_that_nothing_embeds_lightly_is_marked(build: Build, project: Path) -> None:
    build(project)
    index = CodeIndex.open(project, encoder=None)
    write(project, {"notes.txt": "the list of unicorns\n", "new.py": UNICORN, "copy.py": FILES["src/cache.py"]})
    assert "copy.py" in paths(index, "load entry")  # its vectors are known
    assert index.freshness == Freshness(updated=1, pending=frozenset({"notes.txt"}), unread=1, why=NO_ENCODER)
    [hit] = [hit for hit in index.search("list of values", mode="lexical") if hit.path == "notes.txt"]
    assert (hit.text, hit.stale) == ("the list of unicorns", True)
    build(project, teacher=None)
    assert sorted(paths(index)) == ["new.py", "notes.txt"]
    assert index.freshness == Freshness()


def test_a_file_that_may_not_be_read_any_more_is_not_shown(index: CodeIndex, project: Path) -> None:
    write(project, {"notes.txt": "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIE" * 20 + "\n"})
    with IndexHome.find(project).locked_at_once():
        assert "notes.txt" not in paths(index, "list of values")
    assert "notes.txt" not in paths(index, "list of values")
    assert "notes.txt" not in index.paths


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_thousands_of_files_at_once_do_not_hold_a_search(
    index: CodeIndex, project: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(fresh_index, "BUDGET_SECONDS", 0.0)
    write(project, {f"many/{number}.txt": f"badger {number}\n" for number in range(count)})
    write(project, {"many/unicorn.txt": "a unicorn\n"})
    os.utime(project / "many" / "unicorn.txt", ns=(2**61, 2**61))
    assert paths(index) == ["many/unicorn.txt"]
    assert index.freshness == Freshness(updated=AT_LEAST, unread=count + 1 - AT_LEAST, why=NO_TIME)
    shutil.rmtree(project / "many")
    assert paths(index) == []
    assert index.freshness == Freshness(updated=AT_LEAST)
    assert (index.stats.files, index.stats.chunks) == (5, 6)


def test_threads_may_search_while_files_change(index: CodeIndex, project: Path) -> None:
    wrong: list[str] = []

    def search() -> None:
        for _ in range(5):
            wrong.extend(hit.path for hit in index.search("unicorn", mode="lexical") if "unicorn" not in hit.text)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(8):
        write(project, {f"{number}.txt": f"unicorn {number}\n"})
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(paths(index)) == 8
