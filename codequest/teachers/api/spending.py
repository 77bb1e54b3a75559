"""Cost of a training at an API, said before it is spent."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from codequest.errors import CodequestWarning
from codequest.teachers.api.teacher import ApiTeacher
from codequest.teachers.base import Teacher, innermost
from codequest.teachers.cache import CachedTeacher
from codequest.texts import counted

_ROW = "sorted list"  # the text of a row of a static encoder is a token, a word or two of them


class CostWarning(CodequestWarning):
    """An API is about to be asked for many texts, which may have to be paid for."""


def warn_of_cost(
    teacher: Teacher, *, queries: Sequence[str] = (), documents: Sequence[str] = (), rows: int = 0
) -> None:
    """Say what an API will be asked for; of other teachers, and where all is in the cache, nothing.

    Args:
        teacher: With its cache, or without.
        queries: Those that it will embed.
        documents: Likewise.
        rows: Most rows of a static encoder that is made anew, each of whose texts is embedded as well.
    """
    api = innermost(teacher)
    if not isinstance(api, ApiTeacher):
        return
    if isinstance(teacher, CachedTeacher):
        queries, documents = teacher.missing(queries, "query"), teacher.missing(documents, "document")
    row, asked, found = api.estimate([_ROW], "query"), api.estimate(queries, "query"), api.estimate(documents)
    tokens = asked.tokens + found.tokens + rows * row.tokens
    if not tokens:
        return
    spent = sum(one.dollars or 0 for one in (asked, found)) + rows * (row.dollars or 0)
    parts = [
        *([counted(len(queries), "query")] if queries else []),
        *([counted(len(documents), "document")] if documents else []),
        *([f"the texts of up to {rows:,} rows of the table"] if rows else []),
    ]
    price = "" if row.dollars is None else f", ${spent:.2f}"
    warnings.warn(
        f"{api.space.teacher} is asked to embed {', and '.join(parts)}: about {counted(tokens, 'token')}{price}. The "
        "option max_tokens_total is a limit.",
        CostWarning,
        stacklevel=2,
    )
