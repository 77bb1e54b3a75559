"""Source files along their syntax."""

import pytest

from codequest.code import LANGUAGES
from tests.search.chunking.cuts import cut, spans
from tests.search.further_sources import FURTHER_SOURCES
from tests.search.sources import SOURCES

EVERY_SOURCE = SOURCES | FURTHER_SOURCES


@pytest.mark.parametrize("path", EVERY_SOURCE)
def test_every_language_is_cut_along_its_syntax(path: str) -> None:
    text, expected = EVERY_SOURCE[path]
    chunks = cut(path, text)
    assert spans(chunks) == expected
    lines = text.split("\n")
    for chunk in chunks:
        assert chunk.text == "\n".join(lines[chunk.start_line - 1 : chunk.end_line])


def test_every_parsed_language_is_among_the_sources() -> None:
    found = {chunk.language for path, (text, _) in EVERY_SOURCE.items() for chunk in cut(path, text)}
    assert {language.name for language in LANGUAGES} - {"tsx"} <= found


def test_a_long_function_is_split_with_overlap_after_its_signature() -> None:
    body = [f"    step_{number:02} = call({number:02})" for number in range(20)]
    text = "\n".join(["def long(a):", '    """Does much."""', *body, "    return a", ""])
    chunks = cut("a.py", text, 200)
    assert spans(chunks) == [
        ("function", "long", 1, 9),
        ("function", "long", 9, 16),
        ("function", "long", 16, 23),
    ]
    assert [chunk.context for chunk in chunks] == ["", *["def long(a):"] * 2]
    assert chunks[2].embedded.split("\n") == ["def long(a):", *(line.strip() for line in [*body[13:], "return a"])]


def test_a_long_class_is_cut_into_its_members_and_its_first_piece_outlines_them() -> None:
    methods = [f"    def step_{number}(self):\n        return call({number})\n" for number in range(4)]
    text = "class Job:\n    '''Does much.'''\n\n" + "\n".join([*methods, "    end = 1\n"])
    chunks = cut("a.py", text, 120)
    assert spans(chunks) == [
        ("class", "Job", 1, 2),
        *(("function", f"Job.step_{number}", 4 + 3 * number, 5 + 3 * number) for number in range(4)),
        ("window", "Job.end", 16, 16),
    ]
    methods = [f"def step_{number}(self):" for number in range(4)]
    assert chunks[0].embedded.split("\n") == ["class Job:", "    '''Does much.'''", *methods]
    assert chunks[-1].embedded == "class Job:\nend = 1"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "def broken(:\n  return ((\nclass\n"),
        ("a.py", "x = '\\ud83d'\n\x00\n"),
        ("a.js", "function (" * 200),
        ("a.c", "\n\n\n"),
        ("a.txt", ""),
        ("a.md", "#\n##\n"),
        ("a.md", "# A\n```\n# never closed\n"),
    ],
)
def test_broken_files_are_cut_as_far_as_they_can_be(path: str, text: str) -> None:
    for chunk in cut(path, text):
        assert 1 <= chunk.start_line <= chunk.end_line <= text.count("\n") + 1


def test_clauses_of_one_function_are_one_chunk() -> None:
    chunks = cut(
        "a.ex", "defmodule A do\n  def f(1), do: 1\n  def f(x), do: x\n\n  def g, do: 1\nend\n" + "# x\n" * 10, 70
    )
    assert [(chunk.symbol, chunk.start_line, chunk.end_line) for chunk in chunks if chunk.kind == "function"] == [
        ("A.f", 2, 3),
        ("A.g", 5, 5),
    ]
