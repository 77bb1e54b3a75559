"""What is asked, and refused."""

from __future__ import annotations

import re

import pytest

from tests.search.web.conftest import Site

ODD_NUMBERS = (
    "000000100000",
    "%2B5",
    "-1",
    "5.0",
    "1e1",
    "%EF%BC%95",
    "%C2%B2",
    "0x5",
    "05",
    "%205",
    "5%0A",
    "1_0",
    "9" * 5000,
)


@pytest.mark.parametrize(
    ("asked", "parameter", "says"),
    [
        ("", "q", r"q is empty\. Say what you are looking for"),
        ("q=%20", "q", "q is empty"),
        ("q=a&limit=0", "limit", "limit must be a number from 1 to 100, got '0'"),
        ("q=a&limit=ten", "limit", "got 'ten'"),
        ("q=a&limit=101", "limit", "got '101'"),
        *((f"q=a&limit={odd}", "limit", "limit must be a number from 1 to 100, got") for odd in ODD_NUMBERS),
        ("q=a&offset=-1", "offset", "offset must be a number from 0 to 1000000000, got '-1'"),
        ("q=a&offset=1000000000000", "offset", "got '1000000000000'"),
        ("q=a&regex=foo(", None, r"at character 4\.\n    foo\(\n       \^"),
        ("like=/etc/passwd:1", None, "'/etc/passwd' is outside of the indexed folder"),
        ("like=notes.txt", None, "Expected a place as path:line"),
        ("q=a&like=notes.txt:1", None, "Give a query or a place"),
        ("q=&regex=", "q", "q is empty"),
        ("q=a&mode=fuzzy", "mode", "mode must be one of hybrid, dense, lexical, got 'fuzzy'"),
        (
            "q=a&lang=python",
            "lang",
            "Unknown parameter 'lang'; expected q, limit, offset, language, kind, path, mode",
        ),
        ("q=a&kind=method", None, r"Unknown kinds \['method'\]; expected some of function"),
        ("q=a&language=cobol", None, "Unknown language 'cobol'; expected one of asciidoc, astro, bash"),
        ("q=a+lang:cobol", None, "Unknown language 'cobol'; expected one of asciidoc, astro, bash"),
        ("q=lang:go", None, "The query 'lang:go' is nothing but filters. Add what you are looking for"),
        ("q=a" + "+file:a" * 5000, None, "paths may be 100 strings of 1000 characters at most, got 5,000"),
        ("q=a&path=", None, "paths must be a list of strings"),
        ("q=a&path=%5Bz-a%5D", None, r"Cannot read the globs '\[z-a\]'"),
        ("q=a" + "&path=a" * 5000, None, "paths may be 100 strings of 1000 characters at most, got 5,000"),
    ],
)
def test_bad_parameters_are_refused_with_what_to_do(site: Site, asked: str, parameter: str | None, says: str) -> None:
    answer = site.get(f"/api/search?{asked}")
    assert answer.status_code == 400
    assert re.search(says, answer.json()["error"]["message"])
    assert answer.json()["error"]["param"] == parameter
