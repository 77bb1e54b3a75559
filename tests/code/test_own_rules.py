"""What a repository says itself of what is searched."""

from __future__ import annotations

import pytest

from codequest.code.own_rules import OwnRules
from codequest.errors import InvalidInputError


def is_vendored(name: str) -> bool:
    return name in ("vendor", "external")


def test_rules_leave_out_and_bring_back() -> None:
    rules = OwnRules(ignore="*.sql\n!schema.sql\n/docs/\n!external/\n!vendor/ours/\n[z-a]\n")
    left_out = [
        path
        for path in (
            "a.sql",
            "schema.sql",
            "docs/a.md",
            "src/docs/a.md",
            "external/a.py",
            "vendor/ours/a.go",
            "vendor/a.go",
        )
        if rules.leave_out(path, is_vendored)
    ]
    assert left_out == ["a.sql", "docs/a.md", "vendor/a.go"]
    assert [rules.open(folder) for folder in ("external", "vendor", "vendor/ours", "src/vendor")] == [
        True,
        True,
        True,
        False,
    ]


def test_without_rules_nothing_changes() -> None:
    rules = OwnRules("* text=auto\n*.png binary\n", "\n# none\n")
    assert not rules.open("vendor")
    assert not rules.leave_out("a.py", is_vendored)


@pytest.mark.parametrize(
    ("attributes", "opens", "leaves_out"),
    [
        ("vendor/** -linguist-vendored", True, False),
        ("vendor/** linguist-vendored=false", True, False),
        ("vendor/* !linguist-vendored", True, False),
        ("src/made/** linguist-vendored", False, True),
        ("src/made/* linguist-generated=true", False, True),
        ("*.py linguist-generated", False, True),
        ("*.py linguist-vendored", False, False),
        ("# vendor/** -linguist-vendored", False, False),
        ('"a b" linguist-generated', False, False),
    ],
)
def test_attributes_of_github_are_rules_too(attributes: str, opens: bool, leaves_out: bool) -> None:
    rules = OwnRules(attributes)
    assert (rules.open("vendor"), rules.leave_out("src/made/a.py", is_vendored)) == (opens, leaves_out)
    assert not OwnRules(attributes, "!src/made/\n!*.py\n").leave_out("src/made/a.py", is_vendored)


def test_too_many_rules_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"\.codequestignore has 5,000 lines, expected at most 1,000"):
        OwnRules(ignore="a\n" * 5000)
    assert OwnRules("a/b linguist-generated\n" * 5000).leave_out("a/b", is_vendored)
