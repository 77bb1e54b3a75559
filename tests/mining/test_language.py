"""Texts that are not English."""

from __future__ import annotations

import pytest

from codequest.mining.language import is_foreign


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("sort a list by value", False),
        ("wie sortiere ich eine Liste", True),
        ("cómo ordenar una lista", True),
        ("如何排序列表", True),
        ("как отсортировать список", True),
        ("parse_http_date", False),
        ("naïve Bayes café", False),
    ],
)
def test_other_languages_are_seen(text: str, foreign: bool) -> None:
    assert is_foreign(text) is foreign
