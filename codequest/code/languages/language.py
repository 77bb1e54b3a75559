"""Language: what is needed of a grammar to find definitions, their names and their documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Language:
    """Parts of a tree-sitter grammar that are needed to find definitions; names are node types unless said otherwise.

    Functions and classes, too, may be patterns of tree-sitter's queries: without the outer parentheses, and with
    ``@function`` or ``@class`` after the node that is meant where that is not the outermost one.

    Attributes:
        name: Name in outputs.
        grammar: Import name of the package with the grammar.
        entry: The function of that package that gives the grammar.
        suffixes: Ends of file names.
        functions: Functions and methods.
        classes: Classes, interfaces, structs, traits and the like.
        types: Patterns of further named types and containers, which are not documented as classes but worth finding.
        scopes: What else puts its name in front of the names inside, by the field that holds it.
        comments: Comments.
        doc_marks: How a doc comment starts; empty where every comment above a definition is one.
        sure_marks: How a comment starts that certainly documents what is below it; empty where every one does. Another
            comment does only if it begins with a verb: it may as well be a note on the implementation.
        begins_with_name: Whether documentation starts with the name of what it documents.
        docstrings: Whether the documentation is the first string inside instead of a comment above.
        blocks: Patterns of calls that hold a function and say what it is for, such as routes and test cases.
        named_in: Where a node has its name, by type of node, where that is no field *name*: steps as in
            `codequest.code.naming.follow`; several ways joined by ``&`` give several words.
        named_by: Where something gets its name from, by type of its parent: steps from that parent.
        wrappers: What may stand around a definition as part of it, such as ``export`` and a template's parameters.
        leading: What may stand above a definition as part of it, such as decorators.
        trailing: What may follow a definition as part of it, such as the body that follows a signature.
        clauses: Whether definitions of one name that follow each other are one.
        name_path: Field to descend by until the name is reached, where it is not a field of the definition.
        receiver: Field with the type that a method belongs to, where it is not inside that type.
        raises: Statements that raise an error.
        strings: String literals.
        string_parts: The literal parts of strings, without quotes and interpolations.
        calls: Calls of functions.
        documented: Whether its doc comments are mined for queries.
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
    blocks: tuple[str, ...] = ()
    named_in: Mapping[str, str] = field(default_factory=dict)
    named_by: Mapping[str, str] = field(default_factory=dict)
    wrappers: tuple[str, ...] = ()
    leading: tuple[str, ...] = ()
    trailing: tuple[str, ...] = ()
    clauses: bool = False
    name_path: str = ""
    receiver: str = ""
    raises: tuple[str, ...] = ()
    strings: tuple[str, ...] = ("string_literal",)
    string_parts: tuple[str, ...] = ("string_content",)
    calls: tuple[str, ...] = ()
    documented: bool = True
