"""Rules of a folder that is listed without git."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.code.globs import git_globs
from codequest.code.ignore_rules import FolderRules, IgnoreRules
from codequest.code.inside import Inside
from codequest.errors import InvalidInputError
from tests.search.conftest import write


def test_the_innermost_rules_that_speak_of_a_path_decide(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "*.log\nout/\n[z-a]\n", "in/.gitignore": "!keep.log\n"})
    with Inside(tmp_path) as inside:
        ignore = IgnoreRules(inside)
        outer = ignore.read("")
        inner = [*ignore.read("in/"), *outer]
        assert [each.count for each in inner] == [1, 2]  # git understands no [z-a]
        assert ignore.read("missing/") == []
        found = {path: ignore.leave_out(path, inner, is_folder=False) for path in ("in/keep.log", "in/a.log", "in/out")}
        assert found == {"in/keep.log": False, "in/a.log": True, "in/out": False}
        assert ignore.leave_out("out", outer, is_folder=True)


@pytest.mark.parametrize("rules", ["a\n" * 250_000, "*a" * 499_000])
def test_a_file_of_rules_that_would_take_long_to_read_is_refused(rules: str, tmp_path: Path) -> None:
    write(tmp_path, {"in/.gitignore": rules})
    with (
        Inside(tmp_path) as inside,
        pytest.raises(InvalidInputError, match=r"cannot be listed without git: in/\.gitignore .* too many rules"),
    ):
        IgnoreRules(inside).read("in/")


def test_too_many_rules_for_the_paths_are_refused(tmp_path: Path) -> None:
    with Inside(tmp_path) as inside:
        ignore, many = IgnoreRules(inside), [FolderRules("", "", "", git_globs(["a"]), 60_000_000)]
        assert ignore.leave_out("a", many, is_folder=False)
        with pytest.raises(InvalidInputError, match="too many rules for so many files"):
            ignore.leave_out("a", many, is_folder=False)
