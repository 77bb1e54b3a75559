"""Words of code and queries."""

from __future__ import annotations

from codequest.search.lexicon import words


def test_words_of_code_and_queries() -> None:
    assert list(words("getUserName(user_id)")) == ["get", "user", "name", "getusername", "user", "id", "userid"]
    assert list(words("x" * 41)) == []


def test_scripts_without_spaces_are_pairs_of_characters() -> None:
    assert list(words("按值排序 parse_日本語file x")) == ["按值", "值排", "排序", "日本", "本語", "parse", "file", "x"]
    assert list(words("東 안녕하")) == ["東", "안녕", "녕하"]
