import pytest

from codequest.code.identifiers import content_words, split_name


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
