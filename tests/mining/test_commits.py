"""Subjects of commits as queries."""

import pytest

from codequest.mining.commits import subject_query


@pytest.mark.parametrize(
    ("subject", "query"),
    [
        ("feat(parser)!: accept dates without a year (#123)", "accept dates without a year"),
        ("net/http: close idle connections on exit", "close idle connections on exit"),
        (":bug: Keep the cursor visible. Closes #7", "Keep the cursor visible"),
        ("[core] Retry when the socket is closed", "Retry when the socket is closed"),
        ("Merge branch 'main' into dev", ""),
        ('Revert "Accept dates without a year"', ""),
        ("Bump requests from 1.0 to 2.0", ""),
        ("chore(deps): update dependency foo to v3", ""),
        ("v1.2.3", ""),
        ("Release of version 2", ""),
        ("Fix typo in parser docs", ""),
        ("fix tests", ""),
        ("wip on the parser cache", ""),
    ],
)
def test_subject_query(subject: str, query: str) -> None:
    assert subject_query(subject) == query
