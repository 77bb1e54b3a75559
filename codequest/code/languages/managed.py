"""Languages that are compiled for virtual machines."""

from __future__ import annotations

from codequest.code.languages.language import Language

JAVA = Language(
    name="java",
    grammar="tree_sitter_java",
    suffixes=(".java",),
    functions=("method_declaration", "constructor_declaration", "compact_constructor_declaration"),
    classes=(
        "class_declaration",
        "interface_declaration",
        "enum_declaration",
        "record_declaration",
        "annotation_type_declaration",
    ),
    comments=("line_comment", "block_comment"),
    doc_marks=("/**",),
    raises=("throw_statement",),
    string_parts=("string_fragment",),
)

CSHARP = Language(
    name="c#",
    grammar="tree_sitter_c_sharp",
    suffixes=(".cs", ".csx"),
    functions=("method_declaration", "constructor_declaration", "local_function_statement"),
    classes=(
        "class_declaration",
        "struct_declaration",
        "interface_declaration",
        "enum_declaration",
        "record_declaration",
    ),
    blocks=(
        "invocation_expression arguments: (argument_list . (argument (string_literal))"
        " (argument [(lambda_expression) (anonymous_method_expression)]))",
    ),
    named_in={"invocation_expression": "function & arguments argument string_literal string_literal_content"},
    wrappers=("expression_statement", "global_statement"),
    doc_marks=("///", "/**"),
    raises=("throw_statement", "throw_expression"),
    string_parts=("string_literal_content",),
)

KOTLIN = Language(
    name="kotlin",
    grammar="tree_sitter_kotlin",
    suffixes=(".kt", ".kts"),
    functions=("function_declaration", "secondary_constructor"),
    classes=("class_declaration", "object_declaration"),
    types=("type_alias",),
    scopes={"companion_object": "name"},
    comments=("line_comment", "block_comment"),
    doc_marks=("/**",),
    named_in={"type_alias": "identifier"},
    strings=("string_literal",),
    documented=False,
)
SCALA = Language(
    name="scala",
    grammar="tree_sitter_scala",
    suffixes=(".scala", ".sc", ".sbt"),
    functions=("function_definition", "function_declaration", "given_definition"),
    classes=("class_definition", "object_definition", "trait_definition", "enum_definition"),
    types=("type_definition",),
    comments=("comment", "block_comment"),
    doc_marks=("/**",),
    leading=("annotation",),
    strings=("string",),
    documented=False,
)

DART = Language(
    name="dart",
    grammar="tree_sitter_dart",
    suffixes=(".dart",),
    functions=("method_signature", "program (function_signature) @function", "declaration (constructor_signature)"),
    classes=("class_definition", "mixin_declaration", "extension_declaration", "enum_declaration"),
    types=("type_alias",),
    comments=("comment", "documentation_comment"),
    doc_marks=("///", "/**"),
    named_in={
        "method_signature": "_ name|identifier",
        "declaration": "constructor_signature name",
        "mixin_declaration": "identifier",
        "type_alias": "type_identifier",
    },
    leading=("annotation",),
    trailing=("function_body",),
    documented=False,
)
