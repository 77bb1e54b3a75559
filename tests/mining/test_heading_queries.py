"""Headings as queries."""

from pathlib import Path

from codequest.mining.heading_queries import heading_queries


def test_headings_that_say_nothing_come_after_their_parents() -> None:
    text = """---
title: x
---
# Redis client

Usage
-----

## 2. Reading `keys` in [batches](x.md)

### Options
### API
## v1.2.3
~~~
## fenced
~~~
## License
"""
    found = [(query.text, query.source) for query in heading_queries(text, Path("docs/a.md"))]
    assert found == [
        ("Redis client", "docs/a.md:4"),
        ("Redis client usage", "docs/a.md:6"),
        ("Reading keys in batches", "docs/a.md:9"),
        ("Reading keys in batches options", "docs/a.md:11"),
        ("Reading keys in batches API", "docs/a.md:12"),
    ]
    assert list(heading_queries(text, Path("CHANGELOG.md"))) == []


def test_headings_of_restructured_text() -> None:
    text = "Redis client\n============\n\nReading keys\n------------\n\n.. code::\n\nOptions\n~~~~~~~\n"
    assert [query.text for query in heading_queries(text, Path("a.rst"))] == [
        "Redis client",
        "Reading keys",
        "Reading keys options",
    ]
