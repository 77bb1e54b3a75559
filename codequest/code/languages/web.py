"""Languages of pages and their servers."""

from __future__ import annotations

from typing import Any

from codequest.code.languages.language import Language

_JAVASCRIPT_FUNCTIONS = (
    "function_declaration",
    "generator_function_declaration",
    "method_definition",
    "arrow_function",
    "function_expression",
)
_JAVASCRIPT_WRAPPERS = (
    "variable_declarator",
    "lexical_declaration",
    "variable_declaration",
    "assignment_expression",
    "expression_statement",
    "pair",
    "export_statement",
    "arguments",
    "call_expression",
)
_JAVASCRIPT_OBJECTS = (
    "variable_declarator value: (object [(method_definition) (pair value: [(arrow_function) (function_expression)])])",
)
_JAVASCRIPT_BLOCKS = (
    "call_expression arguments: (arguments . [(string) (template_string)] [(arrow_function) (function_expression)])",
)
_JAVASCRIPT_NAMED_IN = {"call_expression": "function & arguments string|template_string string_fragment"}
_CLASS_IN_A_VARIABLE = "variable_declarator value: (class) @class"
_TYPESCRIPT_CLASSES = (
    _CLASS_IN_A_VARIABLE,
    "class_declaration",
    "abstract_class_declaration",
    "interface_declaration",
    "enum_declaration",
    "type_alias_declaration",
)


def _javascript(name: str, *suffixes: str, field: str, field_name: str, **own: Any) -> Language:
    """A language of the family; `field` is what its grammar calls a field of a class, `field_name` the name in it."""
    rest = {"functions": _JAVASCRIPT_FUNCTIONS, "scopes": {"object": "name"}, **own}
    return Language(
        name=name,
        suffixes=suffixes,
        types=_JAVASCRIPT_OBJECTS,
        blocks=_JAVASCRIPT_BLOCKS,
        named_in=_JAVASCRIPT_NAMED_IN,
        doc_marks=("/**",),
        named_by={
            "variable_declarator": "name",
            "assignment_expression": "left",
            "pair": "key",
            "arguments": ".. .. name|key|left",
            field: field_name,
        },
        wrappers=(*_JAVASCRIPT_WRAPPERS, field),
        leading=("decorator",),
        raises=("throw_statement",),
        strings=("string", "template_string"),
        string_parts=("string_fragment",),
        calls=("call_expression",),
        **rest,
    )


def _typescript(name: str, entry: str, *suffixes: str) -> Language:
    return _javascript(
        name,
        *suffixes,
        field="public_field_definition",
        field_name="name",
        grammar="tree_sitter_typescript",
        entry=entry,
        functions=(*_JAVASCRIPT_FUNCTIONS, "function_signature", "abstract_method_signature"),
        clauses=True,
        classes=_TYPESCRIPT_CLASSES,
        scopes={"object": "name", "internal_module": "name", "module": "name"},
    )


JAVASCRIPT = _javascript(
    "javascript",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    ".es6",
    field="field_definition",
    field_name="property",
    grammar="tree_sitter_javascript",
    classes=("class_declaration", _CLASS_IN_A_VARIABLE),
)
TYPESCRIPT = _typescript("typescript", "language_typescript", ".ts", ".mts", ".cts")
TSX = _typescript("tsx", "language_tsx", ".tsx")
_PHP_CALLS = {
    "function_call_expression": "function",
    "scoped_call_expression": "name",
    "member_call_expression": "name",
}
PHP = Language(
    name="php",
    grammar="tree_sitter_php",
    entry="language_php",
    suffixes=(".php", ".phtml"),
    functions=("function_definition", "method_declaration", "anonymous_function", "arrow_function"),
    classes=("class_declaration", "interface_declaration", "trait_declaration", "enum_declaration"),
    blocks=tuple(
        f"{call} arguments: (arguments . (argument [(string) (encapsed_string)])"
        " (argument [(anonymous_function) (arrow_function)]))"
        for call in _PHP_CALLS
    ),
    named_in={
        call: f"{name} & arguments argument string|encapsed_string string_content" for call, name in _PHP_CALLS.items()
    },
    named_by={"assignment_expression": "left"},
    wrappers=("assignment_expression", "expression_statement"),
    doc_marks=("/**",),
    raises=("throw_expression",),
    strings=("encapsed_string", "string"),
)
