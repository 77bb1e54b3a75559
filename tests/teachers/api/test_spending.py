"""What an API will be asked for, before it is."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from codequest.teachers import CachedTeacher, Teacher
from codequest.teachers.api.spending import CostWarning, warn_of_cost
from tests.teachers.api.made import make
from tests.teachers.api_server import ApiServer
from tests.teachers.counting import CountingTeacher


def test_queries_documents_and_rows_are_counted(server: ApiServer) -> None:
    teacher = make(server, model="text-embedding-3-small")
    queries, documents = teacher.estimate(["abc"] * 10, "query"), teacher.estimate(["def f()"] * 5)
    rows = 40_000 * teacher.estimate(["sorted list"], "query").tokens
    total = queries.tokens + documents.tokens + rows
    says = (
        f"openai:text-embedding-3-small is asked to embed 10 queries, and 5 documents, and the texts of up to 40,000 "
        rf"rows of the table: about {total:,} tokens, \${total * 0.02 / 1e6:.2f}\. The option max_tokens_total"
    )
    with pytest.warns(CostWarning, match=says):
        warn_of_cost(teacher, queries=["abc"] * 10, documents=["def f()"] * 5, rows=40_000)
    assert server.seen == []


def test_what_is_in_the_cache_is_not_asked_for_again(server: ApiServer, tmp_path: Path) -> None:
    teacher = CachedTeacher(make(server), tmp_path / "cache.sqlite")
    teacher.encode_queries(["a b", "c d"])
    with pytest.warns(CostWarning, match="is asked to embed 1 query: about 2 tokens"):
        warn_of_cost(teacher, queries=["a b", "c d", "e f"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_cost(teacher, queries=["a b", "c d"])


@pytest.mark.parametrize("cached", [False, True])
def test_other_teachers_cost_nothing(cached: bool, tmp_path: Path) -> None:
    teacher: Teacher = CountingTeacher()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_cost(CachedTeacher(teacher, tmp_path / "a") if cached else teacher, queries=["a"], rows=40_000)
