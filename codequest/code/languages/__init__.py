"""Languages, and the parts of their grammars that hold definitions: one row each."""

from codequest.code.languages.known import LANGUAGES, language_of
from codequest.code.languages.language import Language

__all__ = ["LANGUAGES", "Language", "language_of"]
