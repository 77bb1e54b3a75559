"""Languages that declare rather than command."""

from __future__ import annotations

from codequest.code.languages.language import Language

HASKELL = Language(
    name="haskell",
    grammar="tree_sitter_haskell",
    suffixes=(".hs",),
    functions=(
        "declarations (function) @function",
        "declarations (bind) @function",
        "class_declarations (signature) @function",
        "class_declarations (function) @function",
        "instance_declarations (function) @function",
    ),
    classes=("data_type", "newtype", "class"),
    types=("type_synonym", "instance"),
    scopes={"instance": "name"},
    comments=("comment", "haddock"),
    leading=("signature",),
    clauses=True,
    strings=("literal",),
    documented=False,
)
_CREATED = ("table", "view", "materialized_view", "type", "index", "schema", "sequence")
SQL = Language(
    name="sql",
    grammar="tree_sitter_sql",
    suffixes=(".sql", ".psql", ".pgsql", ".ddl"),
    functions=("create_function", "create_procedure", "create_trigger"),
    classes=tuple(f"create_{what}" for what in _CREATED),
    named_in={
        **{f"create_{what}": "object_reference" for what in (*_CREATED, "function", "procedure", "trigger")},
        "create_index": "column",
        "create_schema": "identifier",
    },
    wrappers=("statement",),
    comments=("comment", "marginalia"),
    strings=("literal",),
    documented=False,
)
TERRAFORM = Language(
    name="terraform",
    grammar="tree_sitter_hcl",
    suffixes=(".tf", ".hcl"),
    functions=(),
    classes=("config_file (body (block) @class)",),
    named_in={"block": "string_lit+"},
    strings=("string_lit",),
    documented=False,
)
