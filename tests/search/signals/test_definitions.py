import pytest

from codequest.search.signals.definitions import Definitions, Match, name_words

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
]
NAMES = ("path", "kind", "symbol", "start_line", "end_line")
COLUMNS = dict(zip(NAMES, zip(*ROWS, strict=True), strict=True))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "load_entry",
            [(1, False, True, True), (2, False, True, False), (3, False, False, True), (7, False, True, False)],
        ),
        (
            "loadEntry",
            [(1, False, False, True), (2, False, False, False), (3, False, True, True), (7, False, False, False)],
        ),
        ("MAX_RETRIES", [Match(8, False, True, True)]),
        ("max retries", [Match(8, False, False, True)]),
        ("save_all", [Match(8, False, True, False), Match(9, False, True, True)]),
        ("Shop.save_all", [Match(8, True, True, False)]),
        ("Cache.load_entry()", [Match(1, True, True, True), Match(2, True, True, False)]),
        ("Cache", [Match(0, False, True, True), Match(4, False, True, True), Match(5, False, True, False)]),
        ("User#valid?", [Match(6, True, True, True)]),
        ("a.Cache", [Match(0, True, True, True)]),
        ("a/Cache.load_entry", [Match(1, True, True, True), Match(2, True, True, False)]),
        ("b::loadEntry()", [Match(3, True, True, True)]),
        (
            "entries.load_entry",
            [(1, False, True, True), (2, False, True, False), (3, False, False, True), (7, False, True, False)],
        ),
        ("b loadEntry", []),
        ("valid?", [Match(6, False, True, True)]),
        ("valid", [Match(6, False, False, True)]),
        ("load", []),
        ("", []),
    ],
)
def test_definitions_are_found_by_their_name_alone(name: str, expected: list[Match]) -> None:
    assert sorted(Definitions(COLUMNS).find(name)) == expected


def test_the_words_of_a_name_are_its_own_and_all() -> None:
    assert name_words("Cache.loadHTTPEntry") == (("load", "http", "entry"), ("cache", "load", "http", "entry"))
    assert name_words("MAX_SIZE, A.count") == (("max", "size", "count"), ("max", "size", "a", "count"))
    assert name_words("") == ((), ())
