"""Limits: how much a server takes at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of what a server accepts and puts together.

    Attributes:
        max_batch: Most queries in one forward pass.
        window: Seconds that a batch waits for more queries once several clients were seen at the same time; a lone
            client never waits.
        request_bytes: Longest body of a request.
        request_items: Most queries in one request; OpenAI's own limit.
        request_seconds: Longest time in which a body must arrive.
        waiting: Most queries that may wait to be embedded; beyond, requests are refused.
        large: A request is large when its body and its vectors take more bytes than this.
        large_bytes: Most bytes of all large requests together, from the first byte of a body to the last of its answer;
            beyond, large requests are refused, and small ones are not.
    """

    max_batch: int = 64
    window: float = 0.002
    request_bytes: int = 4 << 20
    request_items: int = 2048
    request_seconds: float = 10.0
    waiting: int = 32_768
    large: int = 256 << 10
    large_bytes: int = 64 << 20
