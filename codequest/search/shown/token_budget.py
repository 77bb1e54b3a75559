"""Hits within a budget of tokens, cut at whole hits or whole lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from codequest.errors import InvalidInputError
from codequest.texts import counted


@dataclass(frozen=True, slots=True)
class Fitting:
    """How much of some hits fits.

    Attributes:
        lines: How many lines of each of the first hits are shown; all that there are but for the last one.
        left_out: How many hits come after them.
    """

    lines: tuple[int, ...]
    left_out: int

    def note(self, budget: int, offset: int) -> str:
        """What is left out, and how to get it; empty where nothing is.

        Args:
            budget: The most tokens.
            offset: How many hits came before the first one.
        """
        if not self.left_out:
            return ""
        hits = counted(self.left_out, "more hit does", "more hits do")
        return f"{hits} not fit into {budget:,} tokens: go on with offset {offset + len(self.lines):,}."


NOTE_TOKENS = 40
"""Most tokens of such a note."""


def fit(wanted: Sequence[int], cost: Callable[[int, int], int], *, budget: int, reserved: int = 0) -> Fitting:
    """How much of hits fits into a budget: whole hits, and the first lines of the one after them.

    Args:
        wanted: Most lines of each hit, at least one, best hit first.
        cost: Tokens of a hit, by its place and the number of its lines that are shown; more lines take more.
        budget: Most tokens.
        reserved: Tokens that something else takes.

    Raises:
        InvalidInputError: Not even one line of the best hit fits.
    """
    if type(budget) is not int or budget < 1:
        raise InvalidInputError(f"max_tokens must be a positive number of tokens, got {budget!r:.80}.")
    costs = [cost(place, lines) for place, lines in enumerate(wanted)]
    left = budget - reserved
    if sum(costs) <= left:
        return Fitting(tuple(wanted), 0)
    left -= NOTE_TOKENS
    shown: list[int] = []
    for place, lines in enumerate(wanted):
        if costs[place] > left:
            cut = _most_lines(partial(cost, place), lines, left)
            shown += [cut] if cut else []
            break
        left -= costs[place]
        shown.append(lines)
    if not shown:
        raise InvalidInputError(
            f"max_tokens of {budget:,} is too small for a single line of the best hit: that takes "
            f"{cost(0, 1) + reserved + NOTE_TOKENS:,} with what is said of the others."
        )
    return Fitting(tuple(shown), len(wanted) - len(shown))


def _most_lines(cost: Callable[[int], int], lines: int, left: int) -> int:
    """The most lines that fit into what is left, below all of them; 0 where none do."""
    least, most = 0, lines - 1
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if cost(middle) <= left else (least, middle - 1)
    return least
