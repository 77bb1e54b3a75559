import pytest

from tests.code.languages.named import names


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.hs", "class A a where\n  f :: a -> Int\ng x = h\n  where h = x\n", ["A", "A.f", "g"]),
        (
            "a.sql",
            "CREATE VIEW a.b AS SELECT 1;\nCREATE INDEX by_id ON c (id);\n",
            ["a.b", "by_id"],
        ),
        ("a.tf", 'resource "bucket" "logs" {}\nvariable "region" {}\nlocals {}\n', ["bucket.logs", "region"]),
    ],
)
def test_what_is_declared_has_its_name(path: str, text: str, expected: list[str]) -> None:
    assert names(path, text) == expected
