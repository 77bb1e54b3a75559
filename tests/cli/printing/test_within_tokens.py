"""Hits for agents, within a budget of tokens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest.errors import InvalidInputError
from codequest.texts import estimated_tokens
from tests.cli.commands import run, run_and_hear
from tests.search.conftest import write


@pytest.fixture
def long(project: Path) -> Path:
    """The project with nine functions of eleven lines, in French and Chinese as well."""
    for number in range(9):
        body = "\n".join(f"    étape_{step} = '步骤 {number}'" for step in range(10))
        write(project, {f"part{number}.py": f"def unicorn():\n{body}\n"})
    run("index", project)
    return project


@pytest.mark.parametrize("budget", [150, 400, 1000, 3000, 100_000])
def test_what_is_printed_fits_and_what_is_left_out_is_said(long: Path, budget: int) -> None:
    asked = ("search", "unicorn", "--path", long, "--mode", "lexical")
    whole = run(*asked)
    printed = run(*asked, "--max-tokens", budget)
    assert estimated_tokens(printed) <= budget
    if budget == 100_000:
        assert printed == whole
        return
    shown = printed.count("  unicorn  ")
    rest = 9 - shown
    hits = "1 more hit does" if rest == 1 else f"{rest} more hits do"
    assert printed.endswith(f"{hits} not fit into {budget:,} tokens: go on with offset {shown}.\n") or not rest
    lines = [line for line in printed.splitlines() if not line.startswith("…") and " not fit into " not in line]
    assert set(lines) <= set(whole.splitlines())


@pytest.mark.parametrize("budget", [400, 1000, 3000, 100_000])
def test_json_fits_and_its_texts_are_whole_lines(long: Path, budget: int) -> None:
    asked = ("search", "unicorn", "--path", long, "--mode", "lexical", "--json")
    whole = json.loads(run(*asked))
    printed, told = run_and_hear(*asked, "--max-tokens", budget)
    assert estimated_tokens(printed) <= budget
    hits = json.loads(printed)
    for hit, full in zip(hits, whole, strict=False):
        lines = hit["text"].split("\n")
        assert full["text"].split("\n")[: len(lines)] == lines
        assert len(lines) + hit.pop("more_lines") == 11
        assert hit.pop("text_line") == full["start_line"]
        assert hit | {"text": full["text"]} == full
    left = len(whole) - len(hits)
    assert told.startswith(f"{left} more hit") if left else told == ""


def test_a_budget_too_small_for_anything_is_refused(long: Path) -> None:
    for form in ((), ("--json",)):
        with pytest.raises(InvalidInputError, match="max_tokens of 20 is too small for a single line of the best hit"):
            run("search", "unicorn", "--path", long, "--mode", "lexical", "--max-tokens", 20, *form)
    options = ("--path", long, "--mode", "lexical", "--max-tokens", 20, "--json")
    assert run_and_hear("search", "walrus", *options, exit_code=1)[0] == "[]\n"
