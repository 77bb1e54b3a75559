"""Hits as the files are now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from codequest.search import CodeIndex, IndexRun
from codequest.search.home import IndexHome
from tests.search.conftest import build, project, write  # noqa: F401

Build = Callable[..., IndexRun]


def test_others_come_in_the_place_of_what_is_gone(project: Path, build: Build) -> None:  # noqa: F811
    files = {f"part{number}.py": f"def unicorn():\n    return {number}\n" for number in range(6)}
    build(write(project, files))
    index = CodeIndex.open(project, encoder=None)
    best = [hit.path for hit in index.search("unicorn", mode="lexical", limit=6)]
    assert sorted(best) == sorted(files)
    with IndexHome.find(project).locked_at_once():
        for path in best[:4]:
            (project / path).write_text("nothing of it\n" * 9, encoding="utf-8")
        assert [hit.path for hit in index.search("unicorn", mode="lexical", limit=2)] == best[4:]


def test_a_changed_file_must_have_the_quoted_text_as_it_is_now(project: Path, build: Build) -> None:  # noqa: F811
    build(write(project, {"b.py": "def second():\n    # of all numbers\n    return retries == 5\n"}))
    index = CodeIndex.open(project, encoder=None)
    with IndexHome.find(project).locked_at_once():
        write(project, {"b.py": "\n\ndef second():\n    # of all numbers\n    return retries == 6\n"})
        assert index.search('"retries == 5"', mode="lexical") == []
        [hit] = index.search('"of all numbers"', mode="lexical")
        assert (hit.stale, hit.start_line, hit.match_lines) == (True, 3, (4,))
