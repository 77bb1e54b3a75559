"""Chunks that a regular expression matches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from codequest.search import IndexRun
from codequest.search.query.pattern_scan import PatternMatches
from codequest.search.query.text_pattern import TextPattern
from codequest.search.signals.fusion import Searched
from tests.search.conftest import snapshot_of, write


def test_matches_within_the_mask_rank_by_how_many_there_are_in_how_few_lines(
    project: Path, build: Callable[..., IndexRun]
) -> None:
    once, often = "x = 1\n" * 20 + "retries = 1\n", "retries = 1\nretries = 2\n"
    write(project, {"once.py": once, "often.py": often, "tests/test_often.py": often, "long.py": "retries = 3\n"})
    build(project)
    snapshot = snapshot_of(project)
    paths = snapshot.columns["path"]
    matches = PatternMatches(Searched(snapshot, vector=None), TextPattern(r"^retries = \d$").clock())
    ranking = matches.ranking()
    order = [paths[place] for place in ranking.positions[np.argsort(-ranking.scores)]]
    assert order == ["often.py", "long.py", "tests/test_often.py", "once.py"]
    assert matches.mask().sum() == 4
    within = np.array([path.startswith("o") for path in paths])
    few = PatternMatches(Searched(snapshot, vector=None, mask=within), TextPattern("retries").clock())
    assert {paths[place] for place in few.positions} == {"once.py", "often.py"}
    none = PatternMatches(Searched(snapshot, vector=None), TextPattern("unicorn").clock())
    assert (len(none.ranking().positions), none.mask().sum()) == (0, 0)
