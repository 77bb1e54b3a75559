import pytest

from codequest.syntax.identifiers import split_name
from codequest.training.words import QuerySet, content_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("parse_http_date", "parse http date"),
        ("parseHTTPDate_utf8", "parse HTTP Date utf8"),
        ("XMLHttpRequest", "XML Http Request"),
        ("getURLs", "get URLs"),
        ("userIDs", "user IDs"),
        ("base64URL", "base64 URL"),
        ("conv2DLayer", "conv2D Layer"),
        ("SHA256Hash", "SHA256 Hash"),
        ("IPv4Address", "ipv4 Address"),
        ("OAuth2Token", "oauth2 Token"),
        ("_private__x", "private x"),
        ("a.b::c-d", "a b c d"),
    ],
)
def test_split_name(name: str, words: str) -> None:
    assert " ".join(split_name(name)) == words


def test_content_words_are_those_that_carry_the_content() -> None:
    assert content_words("How do I parse the HTTPDate?") == {"parse", "http", "date"}
    assert content_words("what is this") == {"what", "is", "this"}


def test_the_same_text_or_content_words_are_the_same_query() -> None:
    known = QuerySet(["Sort a list by value", "what is this"])
    for query in ("SORT  a list\nby value", "list: sort by its value", "sortListValue"):
        assert query in known
    for query in ("sort a list", "sort a list by two values", "is what"):
        assert query not in known
    assert not QuerySet([])
