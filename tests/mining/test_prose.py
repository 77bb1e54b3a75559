"""Comments that say something to people."""

import pytest

from codequest.mining.prose import is_for_tools, is_prose


@pytest.mark.parametrize(
    "comment",
    [
        "the header may be missing here",
        "Only refresh twice a second to prevent jitter",
        "der Kopf ist nicht immer da",
        "этот заголовок может отсутствовать",
    ],
)
def test_prose(comment: str) -> None:
    assert is_prose(comment)


@pytest.mark.parametrize(
    "comment",
    [
        "x = parse(text)",
        "return the.value(of) this;",
        "if (a == b) {",
        "for item in list: print(item)",
        "===== section of this =====",
        "foo, bar, baz, qux",
        "import a from b;",
        "two words",
    ],
)
def test_no_prose(comment: str) -> None:
    assert not is_prose(comment)


@pytest.mark.parametrize(
    "comment",
    [
        "Copyright (c) 2020",
        "Licensed under the MIT License",
        "TODO: do this",
        "noqa: E501",
        "eslint-disable-next-line",
        "type: ignore[arg]",
        "see https://example.com",
        "#region of this",
    ],
)
def test_comments_for_tools(comment: str) -> None:
    assert is_for_tools(comment)


@pytest.mark.parametrize("comment", ["the region of the bucket", "authorize the user first", "the end of the list"])
def test_comments_for_people(comment: str) -> None:
    assert not is_for_tools(comment)
