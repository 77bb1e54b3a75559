from codequest.code.headings import Heading, headings

MARKDOWN = """# One #
text
Two
---
```
# no heading
```
### Three `x`
- item
---
"""


def test_headings_of_markdown() -> None:
    assert list(headings(MARKDOWN.split("\n"), markdown=True)) == [
        Heading(1, 1, "One", 2),
        Heading(3, 2, "Two", 5),
        Heading(8, 3, "Three `x`", 9),
    ]


def test_markup_in_a_heading_is_read_as_its_reader_sees_it() -> None:
    text = """# <img src="logo.svg" width="80"> Puma
# ![Logo](logo.png)
# [![build](b.svg)](https://ci) Shop [docs](https://docs) with `a < b`
# <img src="logo.svg">
# a < b
## List<T> and [x], <b>bold</b><br>
![banner](wide.png)
===
"""
    assert [(found.line, found.text) for found in headings(text.split("\n"), markdown=True)] == [
        (1, "Puma"),
        (2, "Logo"),
        (3, "build Shop docs with `a < b`"),
        (5, "a < b"),
        (6, "List<T> and [x], bold"),
        (7, "banner"),
    ]


def test_a_heading_that_is_made_to_take_long_is_cut() -> None:
    (found,) = headings(["# " + "[" * 1_000_000], markdown=True)
    assert found.text == "[" * 500


def test_headings_of_restructuredtext_have_the_level_of_their_mark() -> None:
    text = "One\n===\n\nTwo\n~~~\n\nThree\n=====\n\nlonger than the rule\n--\n"
    assert list(headings(text.split("\n"), markdown=False)) == [
        Heading(1, 1, "One", 3),
        Heading(4, 2, "Two", 6),
        Heading(7, 1, "Three", 9),
    ]
