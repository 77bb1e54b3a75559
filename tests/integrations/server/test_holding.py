"""What large requests hold together."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("starlette")

from codequest.integrations.server.holding import Held, LargeRequests, held_by
from codequest.integrations.server.limits import Limits
from codequest.integrations.server.replies import ApiError

LIMITS = Limits(large=10, large_bytes=100)


def test_large_requests_are_refused_when_others_hold_everything_and_small_ones_never() -> None:
    total = [0]
    first, second = Held(LIMITS, total), Held(LIMITS, total)
    first.add(60)
    for _ in range(20):
        Held(LIMITS, total).add(10)
    second.add(8)
    with pytest.raises(ApiError, match="Too many large requests are being answered") as refused:
        second.add(40)
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "1"})
    assert total == [60]
    first.release()
    second.add(40)
    assert total == [48]
    second.release()
    assert total == [0]


def test_what_a_request_holds_is_given_back_when_it_fails() -> None:
    async def greedy(scope: object, receive: object, send: object) -> None:
        held_by(scope).add(90)  # type: ignore[arg-type]
        raise ConnectionError("gone")

    app = LargeRequests(greedy, LIMITS)  # type: ignore[arg-type]
    for _ in range(3):
        with pytest.raises(ConnectionError, match="gone"):
            asyncio.run(app({}, None, None))  # type: ignore[arg-type]
