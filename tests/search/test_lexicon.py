"""Words of code and queries."""

from __future__ import annotations

from codequest.search.lexicon import words


def test_words_of_code_and_queries() -> None:
    assert list(words("getUserName(user_id)")) == ["get", "user", "name", "getusername", "user", "id", "userid"]
    assert list(words("x" * 41)) == []
