"""Messages, options and pasted lines: how much of them stands in a chunk word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import and_

LEAST_WORDS = 2
"""Words that follow each other for a run to count."""

_WORD = re.compile(r"\w+")
_MOST = 60  # words of a query


def plain_words(text: str) -> list[str]:
    """The words of a text in lower case, as they stand; identifiers are not split."""
    return _WORD.findall(text.lower())


def literal_share(asked: Sequence[str], text: str) -> float:
    """Part of the words of a query that stand in a text in runs of two or more, between 0 and 1.

    What a program puts into its messages separates the runs: of ``cannot open a.txt: no such file`` the text
    ``"cannot open {path}: no such file"`` has five of seven words.

    Args:
        asked: The words, in lower case.
        text: A chunk.
    """
    words = asked[:_MOST]
    lower = text.lower()
    there = [word in lower for word in words]
    if not any(map(and_, there, there[1:])):  # most texts have no two of them in a row
        return 0.0
    within = f" {' '.join(plain_words(text))} "
    covered = place = 0
    while place < len(words):
        end = place + LEAST_WORDS
        while end <= len(words) and f" {' '.join(words[place:end])} " in within:
            end += 1
        run = end - 1 - place
        covered += run if run >= LEAST_WORDS else 0
        place += max(run, 1)
    return covered / len(words) if words else 0.0
