"""How much of a message stands in code word by word."""

import pytest

from codequest.search.signals.literal import literal_share


@pytest.mark.parametrize(
    ("asked", "text", "share"),
    [
        ("cannot open a txt no such file", 'raise Error(f"Cannot open {path}: no such file")', 5 / 7),
        ("unknown option foo", 'errors.New("unknown option: " + arg)', 2 / 3),
        ("map syntax", 'Arg::new("map-syntax")', 1),
        ("map syntax", "a map of every syntax", 0),
        ("map syntax", "bitmap syntaxes", 0),
        ("one two three", "three two one", 0),
        ("one two one two", "one two", 1),
        ("one", "one", 0),
        ("", "one", 0),
    ],
)
def test_runs_of_words_count(asked: str, text: str, share: float) -> None:
    assert literal_share(asked.split(), text) == pytest.approx(share)
