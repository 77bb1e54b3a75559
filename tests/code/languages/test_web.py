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
        ("a.ts", "module Legacy { function old() { return 1; } }\n", ["Legacy.old"]),
        (
            "a.ts",
            "const useStore = defineStore('main', { actions: { load() { go(); } } });\n",
            ["useStore.actions.load"],
        ),
        ("a.ts", "export const Card = React.memo(() => {});\n", ["Card"]),
        (
            "a.ts",
            "export const ZodString = $constructor('ZodString', (a) => {});\n",
            ["ZodString", "ZodString"],
        ),
        ("a.js", "const X = class { run() {} };\n", ["X", "X.run"]),
        ("a.js", "a.then(x => 1, y => 2);\n", []),
        ("a.php", "<?php Route::get('/users', function () {});\n", ["get /users"]),
        ("a.php", "<?php $app->post('/login', fn ($r) => 1);\n", ["post /login"]),
        ("a.php", "<?php $run = function () {};\n", ["$run"]),
        ("a.php", "<?php\nnamespace App\\Util;\nfunction helper() {}\n", ["helper"]),
        ("a.php", "<?php trait T { function f() {} }\n", ["T", "T.f"]),
    ],
)
def test_functions_have_the_name_that_they_are_reached_by(path: str, text: str, expected: list[str]) -> None:
    assert names(path, text) == expected
