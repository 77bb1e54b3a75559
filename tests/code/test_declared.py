"""Declarations of a file."""

from __future__ import annotations

from codequest.code import LANGUAGES, SourceFile
from codequest.code.declared import Declaration


def test_a_declaration_has_its_lines_and_its_doc_comment() -> None:
    [c] = [language for language in LANGUAGES if language.name == "c"]
    source = b"#include\n/* Often. */\n#define MAX_RETRIES 5\n\nint first(void), other(int a,\n  int b);\nint x;\n"
    assert SourceFile(source, c).declarations == [
        Declaration(("MAX_RETRIES",), 2, 3),
        Declaration(("first", "other"), 5, 6),
    ]
