"""What declares a name without being a function or class: constants, variables, fields, properties, macros, prototypes.

Patterns by language, of tree-sitter's queries without the outer parentheses. Those without ``@declaration`` mean their
outermost node; ``@name`` is after what it declares. Without one, names are those at the ends of its declarators.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def _in(parents: Iterable[str], pattern: str) -> tuple[str, ...]:
    return tuple(f"{parent} ({pattern}) @declaration" for parent in parents)


_C_PLACES = (
    "translation_unit",
    "preproc_ifdef",
    "preproc_if",
    "preproc_else",
    "linkage_specification",
    "declaration_list",
)
_C = (
    *_in(_C_PLACES, "declaration"),
    "preproc_def name: (identifier) @name value: (_)",  # not the guards of headers
    "preproc_function_def name: (identifier) @name",
)
_VARIABLE = "variable_declarator name: (identifier) @name"
_JAVASCRIPT = (
    f"program (lexical_declaration ({_VARIABLE})) @declaration",
    f"program (export_statement (lexical_declaration ({_VARIABLE}))) @declaration",
    f"program (variable_declaration ({_VARIABLE})) @declaration",
    "program (expression_statement (assignment_expression left: (member_expression property: (_) @name)"
    " right: [(array) (binary_expression) (call_expression) (false) (new_expression) (null) (number) (object) (regex)"
    " (string) (template_string) (true) (unary_expression)])) @declaration",  # not another name of what is defined
)
_TYPESCRIPT = (
    *_JAVASCRIPT,
    "class_body (public_field_definition name: (_) @name) @declaration",
    "interface_body (property_signature name: (_) @name) @declaration",
    "interface_body (method_signature name: (_) @name) @declaration",
    "program (ambient_declaration (lexical_declaration (variable_declarator name: (identifier) @name))) @declaration",
)
_ATTRIBUTES = '"attr_accessor" "attr_reader" "attr_writer" "has_many" "has_one" "belongs_to" "delegate" "attribute"'
_NO_VALUES = (
    "^(doc|moduledoc|typedoc|spec|impl|typep?|opaque|(macro)?callback|behaviour|derive|deprecated|tag|describetag)$"
)
_BOUND = "name: (pattern bound_identifier: (simple_identifier) @name)"
_SHELL = "variable_assignment name: (variable_name) @name"

DECLARATIONS: Mapping[str, tuple[str, ...]] = {
    "python": (
        "module (expression_statement (assignment left: (identifier) @name)) @declaration",
        "class_definition body: (block (expression_statement (assignment left: (identifier) @name)) @declaration)",
        "type_alias_statement left: (type (identifier) @name)",
    ),
    "javascript": (*_JAVASCRIPT, "class_body (field_definition property: (_) @name) @declaration"),
    "typescript": _TYPESCRIPT,
    "tsx": _TYPESCRIPT,
    "java": (
        "field_declaration declarator: (variable_declarator name: (identifier) @name)",
        "constant_declaration declarator: (variable_declarator name: (identifier) @name)",
        "annotation_type_element_declaration name: (identifier) @name",
    ),
    "go": (
        "source_file (const_declaration (const_spec name: (identifier) @name)) @declaration",
        "source_file (var_declaration (var_spec name: (identifier) @name)) @declaration",
        "source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name))) @declaration",
    ),
    "ruby": (
        *_in(("program", "body_statement"), "assignment left: (constant) @name"),
        "call method: (identifier) @kind arguments: (argument_list (simple_symbol) @name)"
        f" (#any-of? @kind {_ATTRIBUTES})",
    ),
    "php": (
        "const_declaration (const_element (name) @name)",
        "property_declaration (property_element name: (variable_name (name) @name))",
        "function_call_expression function: (name) @kind"
        ' arguments: (arguments . (argument (string (string_content) @name))) (#eq? @kind "define")',
    ),
    "rust": (
        "const_item name: (identifier) @name",
        "static_item name: (identifier) @name",
        "type_item name: (type_identifier) @name",
        "associated_type name: (type_identifier) @name",
    ),
    "c#": (
        "property_declaration name: (identifier) @name",
        "field_declaration (variable_declaration (variable_declarator name: (identifier) @name))",
        "event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name))",
        "event_declaration name: (identifier) @name",
        "delegate_declaration name: (identifier) @name",
    ),
    "c": _C,
    "c++": (
        *_C,
        *_in(("field_declaration_list",), "field_declaration"),
        *_in(("field_declaration_list",), "declaration"),
        "declaration_list (template_declaration (declaration)) @declaration",
        "translation_unit (template_declaration (declaration)) @declaration",
        "alias_declaration name: (type_identifier) @name",
        "type_definition declarator: (type_identifier) @name",
        "concept_definition name: (identifier) @name",
    ),
    "bash": (*_in(("program",), _SHELL), f"program (declaration_command ({_SHELL})) @declaration"),
    "kotlin": (
        "source_file (property_declaration (variable_declaration (identifier) @name)) @declaration",
        "class_body (property_declaration (variable_declaration (identifier) @name)) @declaration",
    ),
    "scala": (
        "val_definition pattern: (identifier) @name",
        "var_definition pattern: (identifier) @name",
        "val_declaration name: (identifier) @name",
    ),
    "swift": (
        *_in(("source_file", "class_body", "enum_class_body"), f"property_declaration {_BOUND}"),
        f"protocol_property_declaration {_BOUND}",
    ),
    "dart": (
        "program (static_final_declaration_list (static_final_declaration (identifier) @name)) @declaration",
        "program (initialized_identifier_list (initialized_identifier (identifier) @name)) @declaration",
        "declaration (static_final_declaration_list (static_final_declaration (identifier) @name))",
        "declaration (initialized_identifier_list (initialized_identifier (identifier) @name))",
    ),
    "lua": (
        "chunk (variable_declaration (assignment_statement (variable_list name: (identifier) @name))) @declaration",
        "chunk (assignment_statement (variable_list name: (_) @name)) @declaration",
    ),
    "elixir": (
        f'unary_operator operand: (call target: (identifier) @name (arguments)) (#not-match? @name "{_NO_VALUES}")',
    ),
    "zig": ("source_file (variable_declaration (identifier) @name) @declaration",),
}
"""The patterns by name of language."""
