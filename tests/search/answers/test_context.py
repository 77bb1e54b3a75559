"""What is packed, and that nothing in it can leave its quotation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError, InvalidInputError
from codequest.search import CodeIndex, IndexRun, PackedContext, SearchFilters
from codequest.search.answers.context import pack
from tests.search.answers.conftest import hit
from tests.search.conftest import FILES, build, project, write  # noqa: F401

QUESTION = "how is an entry loaded?"

Build = Callable[..., IndexRun]


def shape(context: PackedContext) -> list[tuple[str, int, int]]:
    return [(source.path, source.start_line, source.end_line) for source in context.sources]


def test_what_fits_is_taken_in_order_and_tokens_are_bytes_by_three() -> None:
    hits = [hit("a.py", 1, "x" * 300), hit("b.py", 1, "y" * 3000), hit("c.py", 1, "ß" * 150)]
    alone = pack(QUESTION, hits[:1], budget=10_000)
    assert alone.tokens == len(alone.prompt.encode()) // 3 + 1
    assert alone.prompt == "{}\n\n{}\n".format(*(message["content"] for message in alone.messages))
    packed = pack(QUESTION, hits, budget=alone.tokens + 200)
    assert (shape(packed), packed.left_out) == ([("a.py", 1, 1), ("c.py", 1, 1)], 1)
    assert packed.tokens <= packed.budget
    exact = pack(QUESTION, hits, budget=packed.tokens)
    assert shape(exact) == shape(packed)
    assert pack(QUESTION, hits, budget=10_000).left_out == 0


def test_a_budget_too_small_says_how_much_is_needed() -> None:
    hits = [hit("a.py", 3, "x" * 900), hit("b.py", 1, "y")]
    least = pack(QUESTION, hits[1:], budget=10_000).tokens
    needed = pack(QUESTION, hits[:1], budget=10_000).tokens
    message = (
        rf"A budget of {least - 1} tokens is too small for a single source: the best, a.py:3-3, takes {needed:,} with "
        rf"rules and question, the smallest {least}. Raise the budget to {needed:,} or more"
    )
    with pytest.raises(InvalidInputError, match=message):
        pack(QUESTION, hits, budget=least - 1)
    assert shape(pack(QUESTION, hits, budget=least)) == [("b.py", 1, 1)]
    for wrong in (0, -5, 3.5, True):
        with pytest.raises(InvalidInputError, match="budget must be a positive number of tokens"):
            pack(QUESTION, hits, budget=wrong)  # type: ignore[arg-type]
    with pytest.raises(CodeIndexError, match=r"Nothing was found for 'how is an entry loaded\?'"):
        pack(QUESTION, [], budget=1000)


def test_pack_of_an_index_has_whole_functions_that_search_shows_in_part(project: Path, build: Build) -> None:  # noqa: F811
    body = "\n".join(f"    value_{number} = read(file_{number})" for number in range(60))
    write(project, {"long.py": f"def read_all_files():\n{body}\n"})
    build(project)
    index = CodeIndex.open(project, encoder="teacher")
    filters = SearchFilters(paths=["long.py"])
    context = index.pack("read all files", filters=filters)
    assert shape(context) == [("long.py", 1, 61)]
    assert context.sources[0].symbols[30] == "read_all_files"
    found = index.search("read all files", limit=20, filters=filters)
    assert sum(hit.end_line - hit.start_line + 1 for hit in found) < 61
    everything = index.pack("load the entry", budget=50_000, limit=100)
    assert ({path for path, *_ in shape(everything)}, everything.left_out) == ({*FILES, "long.py"}, 0)
    with pytest.raises(InvalidInputError, match="empty or only whitespace"):
        index.pack(" ")
    with pytest.raises(CodeIndexError, match="Nothing was found"):
        index.pack("read", filters=SearchFilters(languages=["go"]))
