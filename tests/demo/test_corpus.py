"""The demo's corpus, mined from the standard library that runs the tests."""

import ast
import copy
import re
from pathlib import Path

import pytest

from codequest.data import normal_form
from codequest.demo import StandardLibrary, corpus, standard_library
from codequest.demo.corpus import TEST_MODULES, searchable


@pytest.fixture(scope="module")
def library() -> StandardLibrary:
    return standard_library(test_functions=200, train_functions=300)


def module(key: str) -> str:
    return re.split("[/:]", key, maxsplit=1)[0].removesuffix(".py")


def test_it_is_as_large_as_asked(library: StandardLibrary) -> None:
    assert len(library.test.queries) == len(library.test.documents) == 200
    assert len(library.train.queries) == len(library.train.documents) == 300
    assert len(library.queries) > 1000


def test_training_and_test_modules_are_disjoint(library: StandardLibrary) -> None:
    assert {module(key) for key in library.test.documents} <= TEST_MODULES
    assert not {module(key) for key in library.train.documents} & TEST_MODULES
    trained = {normal_form(query) for query in library.queries}
    assert not trained & {normal_form(query) for query in library.test.queries.values()}


def test_every_query_has_its_own_function(library: StandardLibrary) -> None:
    for dataset in (library.train, library.test):
        assert {query: dict(judged) for query, judged in dataset.qrels.items()} == {
            key: {key: 1} for key in dataset.queries
        }
        for key, query in dataset.queries.items():
            assert library.functions[key].description == query


def test_ids_point_to_the_line_of_a_def(library: StandardLibrary) -> None:
    sources: dict[Path, list[str]] = {}
    for key, function in library.functions.items():
        name, line = key.rsplit(":", 1)
        path = library.root / name
        assert path == function.path
        lines = sources.setdefault(path, path.read_text(encoding="utf-8").split("\n"))
        assert f"def {function.name.rsplit('.', 1)[-1]}" in lines[int(line) - 1]


@pytest.mark.slow
def test_no_document_holds_the_docstring_of_its_function(library: StandardLibrary) -> None:
    definitions: dict[tuple[Path, int], ast.AST] = {}
    for path in {function.path for function in library.functions.values()}:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                definitions[path, node.lineno] = node
    compared = 0
    for key, function in library.functions.items():
        node = copy.deepcopy(definitions[function.path, function.line])
        docstring = ast.get_docstring(node)  # type: ignore[arg-type]
        assert docstring, key
        assert normal_form(docstring) not in normal_form(function.code), key
        take_docstrings_out(node)
        if not node.body:  # type: ignore[attr-defined]
            continue
        found = ast.parse(function.code).body[0]
        assert not any(map(ast.get_docstring, definitions_in(found))), key  # type: ignore[arg-type]
        if not holds_text_over_several_lines(node):
            assert ast.dump(found) == ast.dump(node), key  # everything else is there
            compared += 1
    assert compared > 0.8 * len(library.functions)


def definitions_in(node: ast.AST) -> list[ast.AST]:
    """The function itself and every function and class inside it."""
    documented = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [inner for inner in ast.walk(node) if isinstance(inner, documented)]


def take_docstrings_out(node: ast.AST) -> None:
    """Of the function and of everything defined in it; what has no other body keeps an ellipsis, except itself."""
    for inner in definitions_in(node):
        if ast.get_docstring(inner):  # type: ignore[arg-type]
            body = inner.body  # type: ignore[attr-defined]
            body[:1] = [ast.Expr(ast.Constant(...))] if inner is not node and len(body) == 1 else []


def holds_text_over_several_lines(node: ast.AST) -> bool:
    """Dedenting changes such a text."""
    texts = (inner for inner in ast.walk(node) if isinstance(inner, (ast.Constant, ast.JoinedStr)))
    return any(hasattr(text, "lineno") and text.lineno != text.end_lineno for text in texts)


def test_the_seed_decides_what_is_drawn(library: StandardLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    mined = sorted(library.functions.values(), key=lambda function: (function.path, function.line))
    monkeypatch.setattr(corpus, "mine_python", lambda files: iter(mined))
    first, again, other = (standard_library(test_functions=50, train_functions=50, seed=seed) for seed in (1, 1, 2))
    assert (first.queries, first.test, first.train) == (again.queries, again.test, again.train)
    assert set(first.test.documents) != set(other.test.documents)


def test_searchable_keeps_whole_lines() -> None:
    code = "\n".join(f"line {number} " + "x" * 40 for number in range(40))
    kept = searchable(code)
    assert code.startswith(kept + "\n")
    assert 400 < len(kept.replace("\n", "")) <= 480
    assert searchable("def f():\n    return 1") == "def f():\n    return 1"
    assert searchable("y" * 1000 + "\nmore") == "y" * 480
    assert searchable("") == ""
