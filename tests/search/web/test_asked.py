"""What is asked, and refused."""

from __future__ import annotations

import re

import pytest

from tests.search.web.conftest import Site


@pytest.mark.parametrize(
    ("asked", "parameter", "says"),
    [
        ("", "q", r"q is empty\. Say what you are looking for"),
        ("q=%20", "q", "q is empty"),
        ("q=a&limit=0", "limit", "limit must be a number from 1 to 100, got '0'"),
        ("q=a&limit=ten", "limit", "got 'ten'"),
        ("q=a&limit=101", "limit", "got '101'"),
        ("q=a&mode=fuzzy", "mode", "mode must be one of hybrid, dense, lexical, got 'fuzzy'"),
        ("q=a&lang=python", "lang", "Unknown parameter 'lang'; expected q, limit, language, kind, path, mode, html"),
        ("q=a&kind=method", None, r"Unknown kinds \['method'\]; expected some of function"),
        ("q=a&path=", None, "paths must be a list of strings"),
    ],
)
def test_bad_parameters_are_refused_with_what_to_do(site: Site, asked: str, parameter: str | None, says: str) -> None:
    answer = site.get(f"/api/search?{asked}")
    assert answer.status_code == 400
    assert re.search(says, answer.json()["error"]["message"])
    assert answer.json()["error"]["param"] == parameter
