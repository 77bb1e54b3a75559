"""Globs as git reads them."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from codequest.code.globs import git_globs
from codequest.errors import InvalidInputError

PIECES = ["a", "b", "ab", "*", "**", "?", "/", "/", "[ab]", ".", "\\*", "+", "(", "|"]
PATHS = st.lists(st.text("ab.*+(|", min_size=1, max_size=5), min_size=1, max_size=5).map("/".join)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("".join), st.lists(PATHS, max_size=8))
@example("*a*b*[ab]*?b", ["aabab", "xxaxxbxxaxxb", "ab/ab"])
@example("**/a/**/*b/**/a*b", ["a/b/ab", "x/a/x/bb/x/y/ab", "a/b/b/a/aab"])
@settings(max_examples=300, derandomize=True, deadline=None)
def test_files_are_those_of_pathspec(glob: str, paths: list[str]) -> None:
    try:
        expected = set(GitIgnoreSpec.from_lines([glob]).match_files(paths))
    except ValueError:
        with pytest.raises(InvalidInputError, match="Expected globs as in a"):
            git_globs([glob])
        return
    assert set(git_globs([glob]).match_files(paths)) == expected


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("*a" * 40 + "*b", "a" * 255),
        ("*[a]" * 40 + "*b", "a" * 255),
        ("*?" * 40 + "*b", "a" * 255),
        ("a" + "*" * 400 + "b", "a" * 255),
        ("**/a/" * 40 + "b", "a/" * 1000 + "a"),
        ("x/" + "**/a*a*a/" * 20 + "b", "x/" + "aaaaaaaaa/" * 300 + "a"),
        ("/a/" + "**/*a/" * 40 + "b", "a/" * 1000 + "a"),
    ],
)
def test_no_glob_takes_long_with_any_path(glob: str, path: str) -> None:
    spec = git_globs([glob])
    began = time.process_time()
    assert not spec.match_file(path)
    assert spec.match_file(path[:-1] + "b")
    assert time.process_time() - began < 1


@pytest.mark.parametrize("glob", ["[z-a]", "a/[b-a]*", "a\\", "!"])
def test_what_git_would_not_understand_is_refused(glob: str) -> None:
    with pytest.raises(InvalidInputError, match="Cannot read the globs '"):
        git_globs([glob])
