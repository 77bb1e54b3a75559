import pytest

from codequest.search.signals.places import ends_path, is_in_tests, is_secondary, is_test, match_path, older_versions


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_a.py",
        "Shop.Tests/FooTests.cs",
        "src/FooTest.java",
        "FooTests.swift",
        "shop/tests.py",
        "cypress/e2e/x.cy.ts",
        "conftest.py",
        "a/b.spec.ts",
        "a_test.go",
        "e2e/login.ts",
        "src/test/java/Cart.java",
        "src/androidTest/java/Cart.kt",
        "src/CartIT.java",
        "src/TestCart.java",
        "ShopTests/Helper.swift",
        "ShopUITests/Login.swift",
        "integration_tests/cart.rs",
        "UnitTests/Cart.cs",
        "cart_unittest.cc",
        "cart.test-d.ts",
        "spec_helper.rb",
        "features/login.feature",
        "test.py",
    ],
)
def test_tests_are_known_by_their_paths(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize(
    "path",
    [
        "src/latest.py",
        "contest/a.go",
        "src/Attest.java",
        "protest.rb",
        "attestation/a.rs",
        "src/inspect.py",
        "Contest.cs",
        "src/testing.py",
        "Manifest.swift",
    ],
)
def test_what_only_sounds_like_a_test_is_none(path: str) -> None:
    assert not is_test(path)


def test_tests_next_to_the_code_are_known_by_their_module() -> None:
    assert is_in_tests("src/lib.rs", "tests.reads")
    assert not is_in_tests("src/lib.rs", "Tests.reads")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("examples/a.py", True),
        ("benchmarks/run.js", True),
        ("__mocks__/fs.js", False),
        ("src/a.pyi", True),
        ("types/a.d.ts", True),
        ("README.md", True),
        ("src/docs.py", False),
        ("lib/changeset.ex", False),
        ("CHANGES.rst", True),
        ("HISTORY", True),
        ("src/example_reader.py", False),
        ("cart_bench.go", True),
        ("CartBenchmark.java", True),
        ("bench_cart.py", True),
        ("mock_cart.go", True),
        ("MockCart.java", True),
        ("Cart.stories.tsx", True),
        ("Shop.Benchmarks/Cart.cs", True),
        ("src/mockingbird.py", False),
        ("src/Sample.java", False),
        ("src/benchpress.go", False),
    ],
)
def test_what_speaks_of_the_code_is_secondary(path: str, expected: bool) -> None:
    assert is_secondary(path) is expected


def test_a_path_matches_by_its_file_before_its_folders() -> None:
    asked = frozenset({"session", "manag"})
    assert match_path("src/session.py", asked) == (0.5, 1.0)
    assert match_path("session/store.py", asked) == (0.25, 0.0)
    assert match_path("session/session_manager.py", asked) == (1.0, 1.0)
    assert match_path("session.manager.py", asked) == (0.75, 1.0)
    assert match_path("a.py", frozenset()) == (0.0, 0.0)


def test_a_path_is_asked_for_by_its_end() -> None:
    assert ends_path("a/middleware/realip.go", "middleware/realip.go")
    assert ends_path("realip.go", "realip.go")
    assert not ends_path("a/unrealip.go", "realip.go")


def test_an_older_version_is_one_next_to_a_newer_one() -> None:
    paths = [
        "v3/types.ts",
        "v4/core/types.ts",
        "api/v1/a.py",
        "api/v2/b/c.py",
        "api/v10/d.py",
        "other/v1/e.py",
        "vx/f.py",
    ]
    assert older_versions(paths) == ("api/v1/", "api/v2/", "v3/")
    assert older_versions(["v1.py", "v2.py", "v0/a.py", "v01/b.py"]) == ()
