"""Source files as syntax: languages, definitions, comments, headings."""

from codequest.syntax.languages import LANGUAGES, Language, language_of
from codequest.syntax.source import Definition, SourceFile, Span

__all__ = ["LANGUAGES", "Definition", "Language", "SourceFile", "Span", "language_of"]
