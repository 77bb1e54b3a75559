"""Found code within a budget of tokens, for agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from codequest.cli.display import console, json_text, write_json
from codequest.cli.options.searches import tell
from codequest.cli.printing.hits import Shown, print_hit
from codequest.search.shown.excerpt import excerpt
from codequest.search.shown.token_budget import fit
from codequest.texts import estimated_tokens

if TYPE_CHECKING:
    from codequest.search import SearchHit


def print_within(hits: Sequence[SearchHit], budget: int, shown: Shown, *, offset: int = 0) -> None:
    """Print as much of the hits as fits, and what was left out.

    Args:
        hits: Code that was found.
        budget: Most tokens, estimated as one for every three bytes.
        shown: How they are printed.
        offset: How many hits came before.
    """

    def show(place: int, lines: int) -> None:
        print_hit(hits[place], replace(shown, lines=lines))

    def cost(place: int, lines: int) -> int:
        with console.capture() as printed:
            show(place, lines)
        return estimated_tokens(printed.get())

    wanted = [min(hit.text.count("\n") + 1, shown.lines) for hit in hits]
    fitting = fit(wanted, cost, budget=budget)
    for place, lines in enumerate(fitting.lines):
        show(place, lines)
    if fitting.left_out:
        console.print(fitting.note(budget, offset), soft_wrap=True)


def write_json_within(hits: Sequence[SearchHit], budget: int, *, offset: int = 0) -> None:
    """Write as many hits as fit as JSON, and say what was left out; see `print_within`.

    ``text_line`` is the number of the first line of a text, ``more_lines`` how many lines of the hit are not in it.
    """

    def cut(place: int, lines: int) -> dict[str, Any]:
        start, shown, above, below = excerpt(hits[place], lines)
        given = {"text": "\n".join(shown), "text_line": start, "more_lines": above + below}
        return hits[place].to_dict() | given

    def cost(place: int, lines: int) -> int:
        return estimated_tokens(json_text([cut(place, lines)]))

    fitting = fit([hit.text.count("\n") + 1 for hit in hits], cost, budget=budget)
    write_json([cut(place, lines) for place, lines in enumerate(fitting.lines)])
    tell(filter(None, [fitting.note(budget, offset)]))
