"""Syntax nodes that define something, their names and their documentation, for each language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Language:
    """Parts of a tree-sitter grammar that are needed to find definitions; names are node types unless said otherwise.

    Attributes:
        name: Name in outputs.
        grammar: Import name of the package with the grammar.
        entry: The function of that package that gives the grammar.
        suffixes: Ends of file names.
        functions: Functions and methods.
        classes: Classes, interfaces, structs, traits and the like.
        types: Patterns of further named types, which are not documented as classes but worth finding.
        scopes: What else puts its name in front of the names inside, by the field that holds it.
        comments: Comments.
        doc_marks: How a doc comment starts; empty where every comment above a definition is one.
        sure_marks: How a comment starts that certainly documents what is below it; empty where every one does. Another
            comment does only if it begins with a verb: it may as well be a note on the implementation.
        begins_with_name: Whether documentation starts with the name of what it documents.
        docstrings: Whether the documentation is the first string inside instead of a comment above.
        named_by: Where an anonymous function may get a name from: field with the name, by type of its parent.
        wrappers: What may stand around a definition as part of it, such as ``export`` and a template's parameters.
        leading: What may stand above a definition as part of it, such as decorators.
        name_path: Field to descend by until the name is reached, where it is not a field of the definition.
        receiver: Field with the type that a method belongs to, where it is not inside that type.
        raises: Statements that raise an error.
        strings: String literals.
        string_parts: The literal parts of strings, without quotes and interpolations.
        calls: Calls of functions.
    """

    name: str
    grammar: str
    entry: str = "language"
    suffixes: tuple[str, ...]
    functions: tuple[str, ...]
    classes: tuple[str, ...]
    types: tuple[str, ...] = ()
    scopes: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ("comment",)
    doc_marks: tuple[str, ...] = ()
    sure_marks: tuple[str, ...] = ()
    begins_with_name: bool = False
    docstrings: bool = False
    named_by: Mapping[str, str] = field(default_factory=dict)
    wrappers: tuple[str, ...] = ()
    leading: tuple[str, ...] = ()
    name_path: str = ""
    receiver: str = ""
    raises: tuple[str, ...] = ()
    strings: tuple[str, ...] = ("string_literal",)
    string_parts: tuple[str, ...] = ("string_content",)
    calls: tuple[str, ...] = ()


_PYTHON = Language(
    name="python",
    grammar="tree_sitter_python",
    suffixes=(".py", ".pyi"),
    functions=("function_definition",),
    classes=("class_definition",),
    docstrings=True,
    wrappers=("decorated_definition",),
    raises=("raise_statement",),
    strings=("concatenated_string", "string"),
)
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
)
_JAVASCRIPT = Language(
    name="javascript",
    grammar="tree_sitter_javascript",
    suffixes=(".js", ".jsx", ".mjs", ".cjs"),
    functions=_JAVASCRIPT_FUNCTIONS,
    classes=("class_declaration",),
    doc_marks=("/**",),
    named_by={
        "variable_declarator": "name",
        "assignment_expression": "left",
        "pair": "key",
        "field_definition": "property",
    },
    wrappers=(*_JAVASCRIPT_WRAPPERS, "field_definition"),
    leading=("decorator",),
    raises=("throw_statement",),
    strings=("string", "template_string"),
    string_parts=("string_fragment",),
    calls=("call_expression",),
)
_TYPESCRIPT_CLASSES = (
    "class_declaration",
    "abstract_class_declaration",
    "interface_declaration",
    "enum_declaration",
    "type_alias_declaration",
)


def _typescript(name: str, entry: str, *suffixes: str) -> Language:
    return Language(
        name=name,
        grammar="tree_sitter_typescript",
        entry=entry,
        suffixes=suffixes,
        functions=_JAVASCRIPT_FUNCTIONS,
        classes=_TYPESCRIPT_CLASSES,
        doc_marks=("/**",),
        named_by={
            "variable_declarator": "name",
            "assignment_expression": "left",
            "pair": "key",
            "public_field_definition": "name",
        },
        wrappers=(*_JAVASCRIPT_WRAPPERS, "public_field_definition"),
        leading=("decorator",),
        raises=("throw_statement",),
        strings=("string", "template_string"),
        string_parts=("string_fragment",),
        calls=("call_expression",),
    )


_JAVA = Language(
    name="java",
    grammar="tree_sitter_java",
    suffixes=(".java",),
    functions=("method_declaration", "constructor_declaration", "compact_constructor_declaration"),
    classes=("class_declaration", "interface_declaration", "enum_declaration", "record_declaration"),
    comments=("line_comment", "block_comment"),
    doc_marks=("/**",),
    raises=("throw_statement",),
    string_parts=("string_fragment",),
)
_GO = Language(
    name="go",
    grammar="tree_sitter_go",
    suffixes=(".go",),
    functions=("function_declaration", "method_declaration"),
    classes=("type_spec",),
    begins_with_name=True,
    wrappers=("type_declaration",),
    receiver="receiver",
    strings=("interpreted_string_literal",),
    string_parts=("interpreted_string_literal_content",),
    calls=("call_expression",),
)
_RUBY = Language(
    name="ruby",
    grammar="tree_sitter_ruby",
    suffixes=(".rb", ".rake"),
    functions=("method", "singleton_method"),
    classes=("class", "module"),
    wrappers=("argument_list", "call"),
    strings=("string",),
    calls=("call",),
)
_PHP = Language(
    name="php",
    grammar="tree_sitter_php",
    entry="language_php",
    suffixes=(".php",),
    functions=("function_definition", "method_declaration"),
    classes=("class_declaration", "interface_declaration", "trait_declaration", "enum_declaration"),
    doc_marks=("/**",),
    raises=("throw_expression",),
    strings=("encapsed_string", "string"),
)
_RUST = Language(
    name="rust",
    grammar="tree_sitter_rust",
    suffixes=(".rs",),
    functions=("function_item",),
    classes=("struct_item", "enum_item", "trait_item", "union_item", "macro_definition"),
    scopes={"impl_item": "type", "mod_item": "name"},
    comments=("line_comment", "block_comment"),
    doc_marks=("///", "/**"),
    leading=("attribute_item",),
)
_CSHARP = Language(
    name="c#",
    grammar="tree_sitter_c_sharp",
    suffixes=(".cs",),
    functions=("method_declaration", "constructor_declaration", "local_function_statement"),
    classes=(
        "class_declaration",
        "struct_declaration",
        "interface_declaration",
        "enum_declaration",
        "record_declaration",
    ),
    doc_marks=("///", "/**"),
    raises=("throw_statement", "throw_expression"),
    string_parts=("string_literal_content",),
)
_C_TYPES = ("struct_specifier body: (_)", "union_specifier body: (_)", "enum_specifier body: (_)")
_C = Language(
    name="c",
    grammar="tree_sitter_c",
    suffixes=(".c", ".h"),
    functions=("function_definition",),
    classes=(),
    types=(*_C_TYPES, "type_definition type: (_ body: (_))"),
    scopes={"type_definition": "declarator"},
    sure_marks=("/**", "/*!", "///", "//!"),
    name_path="declarator",
)
_CPP = Language(
    name="c++",
    grammar="tree_sitter_cpp",
    suffixes=(".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx"),
    functions=("function_definition",),
    classes=("class_specifier",),
    types=_C_TYPES,
    scopes={"struct_specifier": "name", "namespace_definition": "name"},
    sure_marks=("/**", "/*!", "///", "//!"),
    wrappers=("template_declaration",),
    name_path="declarator",
    raises=("throw_statement",),
)
_BASH = Language(
    name="bash",
    grammar="tree_sitter_bash",
    suffixes=(".sh", ".bash"),
    functions=("function_definition",),
    classes=(),
)

LANGUAGES = (
    _PYTHON,
    _JAVASCRIPT,
    _typescript("typescript", "language_typescript", ".ts", ".mts", ".cts"),
    _typescript("tsx", "language_tsx", ".tsx"),
    _JAVA,
    _GO,
    _RUBY,
    _PHP,
    _RUST,
    _CSHARP,
    _C,
    _CPP,
    _BASH,
)
"""Every language that codequest parses."""

_ONLY_IN_CPP = re.compile(
    r"^[ \t]*(?:class|namespace|template|using)\b|^[ \t]*(?:public|private|protected):", re.MULTILINE
)
_INTERPRETER = re.compile(r"#!.*?\b(python|node|bash|sh|ruby|php)[\d.]*(?:\s|$)")
_INTERPRETED = {"python": _PYTHON, "node": _JAVASCRIPT, "bash": _BASH, "sh": _BASH, "ruby": _RUBY, "php": _PHP}
_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}


def language_of(path: PurePath, text: str) -> Language | None:
    """The language of a file: by the end of its name, for a header and a script by what is in it; else None."""
    script = None if path.suffix else _INTERPRETER.match(text)
    if script:
        return _INTERPRETED[script.group(1)]
    language = _BY_SUFFIX.get(path.suffix.lower())
    return _CPP if language is _C and _ONLY_IN_CPP.search(text) else language
