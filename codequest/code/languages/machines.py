"""Languages that are compiled for machines."""

from __future__ import annotations

from codequest.code.languages.language import Language

_C_TYPES = ("struct_specifier body: (_)", "union_specifier body: (_)", "enum_specifier body: (_)")
C = Language(
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
CPP = Language(
    name="c++",
    grammar="tree_sitter_cpp",
    suffixes=(".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h++", ".ipp", ".inl", ".tpp", ".ino"),
    functions=("function_definition",),
    classes=("class_specifier body: (_)",),
    types=_C_TYPES,
    scopes={"struct_specifier": "name", "namespace_definition": "name"},
    sure_marks=("/**", "/*!", "///", "//!"),
    wrappers=("template_declaration",),
    name_path="declarator",
    raises=("throw_statement",),
)

GO = Language(
    name="go",
    grammar="tree_sitter_go",
    suffixes=(".go",),
    functions=("function_declaration", "method_declaration"),
    classes=("type_spec", "type_alias"),
    blocks=("call_expression arguments: (argument_list . (interpreted_string_literal) (func_literal))",),
    named_in={"call_expression": "function & arguments interpreted_string_literal interpreted_string_literal_content"},
    begins_with_name=True,
    wrappers=("type_declaration",),
    receiver="receiver",
    strings=("interpreted_string_literal",),
    string_parts=("interpreted_string_literal_content",),
    calls=("call_expression",),
)

RUST = Language(
    name="rust",
    grammar="tree_sitter_rust",
    suffixes=(".rs",),
    functions=("function_item", "function_signature_item"),
    classes=("struct_item", "enum_item", "trait_item", "union_item", "macro_definition"),
    scopes={"impl_item": "type", "mod_item": "name"},
    comments=("line_comment", "block_comment"),
    doc_marks=("///", "/**"),
    leading=("attribute_item",),
)

SWIFT = Language(
    name="swift",
    grammar="tree_sitter_swift",
    suffixes=(".swift",),
    functions=("function_declaration", "init_declaration", "protocol_function_declaration"),
    classes=("class_declaration", "protocol_declaration"),
    types=("typealias_declaration",),
    comments=("comment", "multiline_comment"),
    doc_marks=("///", "/**"),
    named_in={"init_declaration": "init"},
    documented=False,
)

ZIG = Language(
    name="zig",
    grammar="tree_sitter_zig",
    suffixes=(".zig",),
    functions=("function_declaration", "test_declaration"),
    classes=(
        "variable_declaration (struct_declaration)",
        "variable_declaration (enum_declaration)",
        "variable_declaration (union_declaration)",
        "variable_declaration (opaque_declaration)",
    ),
    named_in={"variable_declaration": "identifier", "test_declaration": "string string_content"},
    doc_marks=("///",),
    documented=False,
)
