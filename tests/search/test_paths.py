"""Globs of paths."""

from __future__ import annotations

import pytest

from codequest.errors import InvalidInputError
from codequest.search import SearchFilters
from codequest.search.paths import PathGlobs

PATHS = ["a.py", "src/a.py", "src/b.js", "tests/a.py"]


@pytest.mark.parametrize(
    ("globs", "expected"),
    [
        (["src/"], ["src/a.py", "src/b.js"]),
        (["*.py", "!tests/"], ["a.py", "src/a.py"]),
        (["!tests/"], ["a.py", "src/a.py", "src/b.js"]),
        (["/a.py", "*.js"], ["a.py", "src/b.js"]),
        (["none"], []),
    ],
)
def test_what_passes(globs: list[str], expected: list[str]) -> None:
    assert sorted(PathGlobs(globs).matching(PATHS)) == expected


@pytest.mark.parametrize("globs", [["[z-a]"], ["!a[b-a]"], ["src/", "a\\"]])
def test_what_is_no_glob_is_refused(globs: list[str]) -> None:
    with pytest.raises(InvalidInputError, match="Cannot read the globs"):
        PathGlobs(globs)


@pytest.mark.parametrize("globs", [["a"] * 101, ["*" * 1001]])
def test_filters_are_few_and_short(globs: list[str]) -> None:
    with pytest.raises(InvalidInputError, match="paths may be 100 strings of 1000 characters at most, got"):
        SearchFilters(paths=globs)
