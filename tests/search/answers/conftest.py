"""A model on loopback, and hits for it to read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from codequest.search import SearchHit
from tests.search.answers.chat_server import ChatServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with ChatServer().running() as running:
        yield running


def hit(path: str, start: int, text: str, symbol: str = "") -> SearchHit:
    lines = text.count("\n")
    return SearchHit(
        path=path,
        language="python",
        kind="function",
        symbol=symbol,
        start_line=start,
        end_line=start + lines,
        text=text,
        score=1.0,
    )
