import pytest

from tests.code.languages.named import names


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.js", "const api = { async login(u) { return u; } };\n", ["api", "api.login"]),
        ("a.js", 'router.post("/login", async (req, res) => res.send(1));\n', ["router.post /login"]),
        ("a.js", "res.sendFile = function send(path) { return path; };\n", ["res.sendFile"]),
        ("a.js", 'describe("Cart", () => { it("adds", () => {}); });\n', ["describe Cart", "it adds"]),
        ("a.js", "module.exports = { parse() { return 1; } };\n", ["module.exports.parse"]),
        ("a.js", "run(function named() {});\n", ["named"]),
        ("a.ts", "namespace N { function inner() { return 1; } }\n", ["N.inner"]),
        ("a.ts", "function f(a: string): void;\nfunction f(a: any) { return a; }\n", ["f", "f"]),
        ("a.ts", "abstract class A { abstract foo(): void; }\n", ["A", "A.foo"]),
        ("a.php", "<?php trait T { function f() {} }\n", ["T", "T.f"]),
    ],
)
def test_functions_have_the_name_that_they_are_reached_by(path: str, text: str, expected: list[str]) -> None:
    assert names(path, text) == expected
