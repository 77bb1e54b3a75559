import pytest

from tests.code.languages.named import names


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.java", "@interface Marker { int size(); }\n", ["Marker"]),
        ("a.cs", "record A { void F() {} }\n", ["A", "A.F"]),
        ("a.cs", 'app.MapGet("/x", () => 1);\n', ["app.MapGet /x"]),
        ("a.cs", "public partial class A {}\nreadonly record struct B(int X);\n", ["A", "B"]),
        ("a.kt", "object A {\n  fun f() = 1\n}\ntypealias B = A\n", ["A", "A.f", "B"]),
        ("a.scala", "object A {\n  def f = 1\n}\n", ["A", "A.f"]),
        ("a.dart", "class A {\n  A();\n  int f() => 1;\n}\n", ["A", "A.A", "A.f"]),
    ],
)
def test_members_stand_after_what_they_are_in(path: str, text: str, expected: list[str]) -> None:
    assert names(path, text) == expected
