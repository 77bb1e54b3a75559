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


def test_headings_of_restructuredtext_have_the_level_of_their_mark() -> None:
    text = "One\n===\n\nTwo\n~~~\n\nThree\n=====\n\nlonger than the rule\n--\n"
    assert list(headings(text.split("\n"), markdown=False)) == [
        Heading(1, 1, "One", 3),
        Heading(4, 2, "Two", 6),
        Heading(7, 1, "Three", 9),
    ]
