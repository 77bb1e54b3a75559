import pytest

from tests.code.languages.named import names


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.rs", "impl<'a> Read for &'a Params { fn go(&self) {} }\n", ["Params.go"]),
        ("a.go", "type A struct{}\nfunc (a *A) F() {}\n", ["A", "A.F"]),
        ("a.go", "type (\n\tFirst struct{}\n\tSecond struct{}\n)\ntype Alias = First\n", ["First", "Second", "Alias"]),
        ("a.go", 'func routes() { r.GET("/x", func() {}) }\n', ["routes", "routes.r.GET /x"]),
        ("a.rs", 'extern "C" { fn outer(); }\ntrait A { fn area(&self); }\n', ["outer", "A", "A.area"]),
        ("a.cpp", "TEST(Suite, Adds) { go(); }\n", ["TEST Suite.Adds"]),
        ("a.c", "typedef struct { int a; } (*handler)(int);\n", ["handler"]),
        ("a.swift", "extension A { init() {}\n  static func make() -> A { A() } }\n", ["A", "A.init", "A.make"]),
        ("a.zig", 'const A = struct { fn f() void {} };\ntest "it adds" {}\n', ["A", "A.f", "it adds"]),
        ("a.cpp", "namespace n { struct A { int f() { return 1; } }; }\n", ["n.A.f", "n.A"]),
    ],
)
def test_names_are_free_of_marks(path: str, text: str, expected: list[str]) -> None:
    assert sorted(names(path, text)) == sorted(expected)
