"""Languages of scripts."""

from __future__ import annotations

from codequest.code.languages.language import Language

PYTHON = Language(
    name="python",
    grammar="tree_sitter_python",
    suffixes=(".py", ".pyi", ".pyx", ".pxd", ".pyw"),
    functions=("function_definition",),
    classes=("class_definition",),
    docstrings=True,
    wrappers=("decorated_definition",),
    raises=("raise_statement",),
    strings=("concatenated_string", "string"),
)

RUBY = Language(
    name="ruby",
    grammar="tree_sitter_ruby",
    suffixes=(".rb", ".rake", ".gemspec", ".ru", ".rbi", ".jbuilder"),
    functions=("method", "singleton_method"),
    classes=("class", "module"),
    blocks=(
        "call arguments: (argument_list . [(simple_symbol) (string) (constant) (scope_resolution) (pair)])"
        " block: [(do_block) (block)]",
        "call arguments: (argument_list . (simple_symbol) (lambda))",
    ),
    named_in={"call": "method & arguments simple_symbol|string|constant|scope_resolution|pair"},
    named_by={"assignment": "left"},
    wrappers=("argument_list", "call"),
    strings=("string",),
    calls=("call",),
)

BASH = Language(
    name="bash",
    grammar="tree_sitter_bash",
    suffixes=(".sh", ".bash", ".zsh", ".ksh", ".bats"),
    functions=("function_definition",),
    classes=(),
    documented=False,
)

LUA = Language(
    name="lua",
    grammar="tree_sitter_lua",
    suffixes=(".lua",),
    functions=("function_declaration", "function_definition"),
    classes=(),
    scopes={"table_constructor": "name"},
    named_by={"field": "name", "expression_list": ".. variable_list name"},
    wrappers=("field", "expression_list", "assignment_statement", "variable_declaration"),
    strings=("string",),
    documented=False,
)
_DEFINES = '"def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate"'
_TESTS = '"test" "describe" "property" "feature" "scope"'
_HOLDS = '"defmodule" "defprotocol" "defimpl"'
ELIXIR = Language(
    name="elixir",
    grammar="tree_sitter_elixir",
    suffixes=(".ex", ".exs"),
    functions=(
        f"call target: (identifier) @defines (#any-of? @defines {_DEFINES})",
        f"call target: (identifier) @tests (arguments . (string)) (do_block) (#any-of? @tests {_TESTS})",
    ),
    classes=(f"call target: (identifier) @holds (#any-of? @holds {_HOLDS})",),
    named_in={"call": "arguments _ left* target*"},
    leading=("unary_operator",),
    clauses=True,
    strings=("string",),
    documented=False,
)
