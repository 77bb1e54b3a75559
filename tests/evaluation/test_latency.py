from __future__ import annotations

import numpy as np
import pytest

from codequest.errors import InvalidInputError
from codequest.evaluation import latency
from codequest.evaluation.latency import measure_latency


def test_encoders_take_turns_and_who_is_first_rotates():
    calls = []
    encoders = {name: lambda query, name=name: calls.append(name + query) for name in "abc"}
    measure_latency(encoders, ["1", "2"], repeats=2)
    warm_up = ["a1", "b1", "c1", "a2", "b2", "c2"]
    first, second = ["a1", "b1", "c1", "b2", "c2", "a2"], ["b1", "c1", "a1", "c2", "a2", "b2"]
    assert calls == warm_up + first + second


def test_percentiles_of_the_timings_in_milliseconds(monkeypatch):
    clock = [0]
    waits = {"fast": iter([0] * 5 + [1] * 100), "slow": iter([0] * 5 + list(range(1, 101)))}

    def encode(name):
        clock[0] += next(waits[name]) * 1_000_000

    monkeypatch.setattr(latency, "perf_counter_ns", lambda: clock[0])
    encoders = {name: lambda query, name=name: encode(name) for name in waits}
    seen = []
    found = measure_latency(encoders, [str(i) for i in range(50)], repeats=2, progress=lambda *step: seen.append(step))
    assert found["fast"] == (1.0, 1.0, 50)
    assert found["slow"] == pytest.approx((50.5, np.percentile(range(1, 101), 95), 50))
    assert seen[-1] == ("measuring latency", 100, 100)


@pytest.mark.parametrize(("milliseconds", "called", "timed"), [(20, 15, 10), (60, 10, 5), (300, 6, 5)])
def test_of_slow_encoders_as_many_queries_are_timed_as_there_is_time_for(monkeypatch, milliseconds, called, timed):
    clock, calls = [0], []

    def encode(query):
        clock[0] += milliseconds * 1_000_000
        calls.append(query)

    monkeypatch.setattr(latency, "perf_counter_ns", lambda: clock[0])
    found = measure_latency({"slow": encode}, [str(i) for i in range(50)], most_seconds=0.3)
    assert (len(calls), found["slow"]) == (called, (milliseconds, milliseconds, timed))


@pytest.mark.parametrize(
    ("names", "queries", "repeats", "got"),
    [
        ("", ["q"], 1, "0 encoders, 1 query and 1 repeat"),
        ("a", [], 1, "1 encoder, 0 queries and 1 repeat"),
        ("a", ["q"], 0, "1 encoder, 1 query and 0 repeats"),
    ],
)
def test_wrong_arguments_are_refused(names, queries, repeats, got):
    with pytest.raises(InvalidInputError, match=rf"got {got}\."):
        measure_latency(dict.fromkeys(names, str), queries, repeats=repeats)
