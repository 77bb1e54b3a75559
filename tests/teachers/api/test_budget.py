"""What API runs cost, and their limit."""

from __future__ import annotations

import pytest

from codequest.errors import TeacherError
from codequest.teachers import ApiEstimate
from tests.teachers.api.made import make
from tests.teachers.api_server import ApiServer


def test_the_cost_is_known_before(server: ApiServer) -> None:
    texts = ["x" * 299, "y" * 89] * 600  # 100 and 30 tokens
    priced = make(server, model="text-embedding-3-small", max_texts=500).estimate(texts)
    assert priced == ApiEstimate(texts=1200, tokens=78_000, requests=4, dollars=pytest.approx(78_000 * 0.02 / 1e6))
    assert make(server).estimate(texts[:2]) == ApiEstimate(texts=2, tokens=130, requests=1, dollars=None)
    assert make(server, model="text-embedding-3-small").estimate(["x" * 90_000]).tokens == 8192
    assert server.seen == []


def test_the_limit_is_kept_before_each_request(server: ApiServer) -> None:
    server.tokens = lambda texts: 40
    texts = [f"{number}" * 89 for number in range(6)]  # 30 tokens each by estimate, 40 reported
    teacher = make(server, max_texts=1, concurrency=1, max_tokens_total=115)
    message = "limit of 115 tokens is reached: 120 are spent, 0 are under way and the next request may take 30"
    with pytest.raises(TeacherError, match=message):
        teacher.encode_queries(texts)  # 80 spent and 30 expected: still allowed
    assert (len(server.seen), teacher.tokens_spent) == (3, 120)
    with pytest.raises(TeacherError, match="120 are spent"):
        teacher.encode_queries(texts[:1])  # the limit is that of the teacher, not of a call
    assert len(server.seen) == 3


def test_requests_under_way_count_towards_the_limit(server: ApiServer) -> None:
    texts = [f"{number}" * 89 for number in range(6)]
    server.tokens = None  # not reported: estimates count
    teacher = make(server, max_texts=1, concurrency=6, max_tokens_total=95)
    with pytest.raises(TeacherError, match="limit of 95 tokens is reached"):
        teacher.encode_queries(texts)
    assert (len(server.seen), teacher.tokens_spent) == (3, 90)
