"""Definitions of a parsed file."""

from codequest.code import LANGUAGES, SourceFile


def test_types_are_named_documented_and_no_classes() -> None:
    [c] = [language for language in LANGUAGES if language.name == "c"]
    source = b"/* A point. */\nstruct point { int x; };\nstruct point origin;\ntypedef union { int a; } value;\n"
    file = SourceFile(source, c)
    assert [(found.name, found.line, found.documentation) for found in file.types] == [
        ("point", 2, "/* A point. */"),
        ("value", 4, ""),
    ]
    assert file.definitions == []


PYTHON = b'''"""The file."""
import os

# one
# two
@decorated
def load(path):
    """Reads it."""
    raise ValueError("no such path")
'''


def test_definitions_comments_messages_and_code() -> None:
    [python] = [language for language in LANGUAGES if language.name == "python"]
    file = SourceFile(PYTHON, python)
    [found] = file.definitions
    assert (found.kind, found.name, found.line, found.documentation) == ("function", "load", 7, '"""Reads it."""')
    assert file.code(found) == '@decorated\ndef load(path):\n    raise ValueError("no such path")'
    assert [file.text(span) for span in file.comments] == ["# one\n# two"]
    assert file.messages == [(9, "no such path")]
    assert file.opening is not None
    assert file.text(file.opening) == '"""The file."""'
    assert [file.line(position) for position in (0, 15, 16)] == [1, 1, 2]
