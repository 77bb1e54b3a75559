"""Globs of paths."""

from __future__ import annotations

import pytest

from codequest.errors import InvalidInputError
from codequest.search import SearchFilters
from codequest.search.query.paths import PathGlobs, expanded

PATHS = ["a.py", "src/a.py", "src/b.js", "tests/a.py"]


@pytest.mark.parametrize(
    ("globs", "expected"),
    [
        (["src/"], ["src/a.py", "src/b.js"]),
        (["*.py", "!tests/"], ["a.py", "src/a.py"]),
        (["!tests/"], ["a.py", "src/a.py", "src/b.js"]),
        (["/a.py", "*.js"], ["a.py", "src/b.js"]),
        (["none"], []),
        (["./src"], ["src/a.py", "src/b.js"]),
        (["./a.py", "!./src/"], ["a.py"]),
        (["./"], PATHS),
        (["."], PATHS),
        ([".//tests/a.py"], ["tests/a.py"]),
        (["*.{js,ts}"], ["src/b.js"]),
        (["{src,tests}/*.{py,js}"], ["src/a.py", "src/b.js", "tests/a.py"]),
        (["!{src,tests}/"], ["a.py"]),
    ],
)
def test_what_passes(globs: list[str], expected: list[str]) -> None:
    assert sorted(PathGlobs(globs).matching(PATHS)) == expected


@pytest.mark.parametrize(
    ("glob", "globs"),
    [
        ("a", ["a"]),
        ("*.{ts,tsx}", ["*.ts", "*.tsx"]),
        ("{a,b}{c,d}", ["ac", "ad", "bc", "bd"]),
        ("{a,b{c,d},}e", ["ae", "bce", "bde", "e"]),
        ("{a}", ["{a}"]),
        ("{{a,b}}", ["{a}", "{b}"]),
        ("a,b", ["a,b"]),
        ("{a,b", ["{a,b"]),
        ("a,b}{", ["a,b}{"]),
        (r"\{a,b}", [r"\{a,b}"]),
        ("[{]a,b}", ["[{]a,b}"]),
    ],
)
def test_braces_stand_for_alternatives(glob: str, globs: list[str]) -> None:
    assert expanded(glob) == globs


@pytest.mark.parametrize("glob", ["{a,b}" * 200, "{" + "a," * 400 + "}", "{a," * 300 + "}" * 300])
def test_alternatives_are_few(glob: str) -> None:
    with pytest.raises(InvalidInputError, match="stands for more than 100 others"):
        expanded(glob)


@pytest.mark.parametrize("globs", [["[z-a]"], ["!a[b-a]"], ["src/", "a\\"]])
def test_what_is_no_glob_is_refused(globs: list[str]) -> None:
    with pytest.raises(InvalidInputError, match="Cannot read the globs"):
        PathGlobs(globs)


@pytest.mark.parametrize("globs", [["a"] * 101, ["*" * 1001]])
def test_filters_are_few_and_short(globs: list[str]) -> None:
    with pytest.raises(InvalidInputError, match="paths may be 100 strings of 1000 characters at most, got"):
        SearchFilters(paths=globs)
