"""What takes long, in words."""

from __future__ import annotations

import pytest

from codequest.progress import time_left


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "time left unknown"),
        (0.4, "0 s left"),
        (89.4, "89 s left"),
        (90.0, "2 min left"),
        (5399.0, "90 min left"),
        (5400.0, "1.5 h left"),
    ],
)
def test_time_left_is_in_seconds_minutes_or_hours(seconds: float | None, words: str) -> None:
    assert time_left(seconds) == words
