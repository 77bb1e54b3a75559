import pytest

from codequest.search.signals.definitions import Definitions, name_words
from codequest.search.store.names import defined_names, name_key

ROWS = [
    ("a.py", "class", "Cache", 1, 20),
    ("a.py", "function", "Cache.load_entry", 5, 9),
    ("a.py", "function", "Cache.load_entry", 9, 14),
    ("b.py", "function", "loadEntry", 1, 3),
    ("b.py", "class", "Cache", 5, 8),
    ("b.py", "class", "Cache", 20, 24),
    ("c.rb", "function", "User.valid?", 1, 3),
    ("c.rb", "window", "load_entry", 1, 3),
    ("c.h", "window", "MAX_RETRIES, Shop.save_all", 1, 9),
    ("c.c", "function", "save_all", 1, 9),
    ("a.md", "section", "MAX_RETRIES", 1, 9),
    ("d.rb", "function", "total", 1, 9),
    ("d.rb", "function", "Cart.total", 11, 19),
    ("d.rb", "function", "Cart.[]=", 21, 29),
    ("d.rb", "function", "testThatAVeryLongNameOfATestIsFoundWhole", 31, 39),
]
WORDS = ("qualified", "spelled", "head", "whole")
NAMES = ("path", "kind", "symbol", "start_line", "end_line")
COLUMNS = dict(zip(NAMES, zip(*ROWS, strict=True), strict=True))


def named(key: str) -> list[int]:
    return [
        row
        for row, (_, kind, symbol, *_) in enumerate(ROWS)
        if key in {name_key(name) for name in defined_names(kind, symbol)}
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "load_entry",
            {1: "spelled head", 2: "spelled", 3: "head", 7: "spelled whole"},
        ),
        ("loadEntry", {1: "head", 2: "", 3: "spelled head whole", 7: ""}),
        ("MAX_RETRIES", {8: "spelled head whole"}),
        ("max retries", {8: "head"}),
        ("save_all", {8: "spelled", 9: "spelled head whole"}),
        ("Shop.save_all", {8: "qualified spelled whole"}),
        ("Cache.load_entry()", {1: "qualified spelled head whole", 2: "qualified spelled whole"}),
        ("Cache", {0: "spelled head whole", 4: "spelled head whole", 5: "spelled whole"}),
        ("User#valid?", {6: "qualified spelled head"}),
        ("a.Cache", {0: "qualified spelled head"}),
        ("a/Cache.load_entry", {1: "qualified spelled head", 2: "qualified spelled"}),
        ("b::loadEntry()", {3: "qualified spelled head"}),
        ("entries.load_entry", {1: "spelled head", 2: "spelled", 3: "head", 7: "spelled"}),
        ("b loadEntry", {}),
        ("valid?", {6: "spelled head"}),
        ("valid", {6: "head"}),
        ("load", {}),
        ("", {}),
        ("`total`", {11: "spelled head whole", 12: "spelled head"}),
        ("Cart.total", {12: "qualified spelled head whole"}),
        ("Cart.[]=", {13: "spelled head whole"}),
        ("testThatAVeryLongNameOfATestIsFoundWhole", {14: "spelled head whole"}),
    ],
)
def test_definitions_are_found_by_their_name_alone(name: str, expected: dict[int, str]) -> None:
    found = {
        match.position: " ".join(word for word in WORDS if getattr(match, f"is_{word}"))
        for match in Definitions(COLUMNS, named).find(name)
    }
    assert found == expected


def test_the_words_of_a_name_are_its_own_and_all() -> None:
    assert name_words("Cache.loadHTTPEntry") == (("load", "http", "entry"), ("cache", "load", "http", "entry"))
    assert name_words("MAX_SIZE, A.count") == (("max", "size", "count"), ("max", "size", "a", "count"))
    assert name_words("") == ((), ())
