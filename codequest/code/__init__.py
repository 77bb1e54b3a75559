"""Source files: git, generated and vendored files, languages, definitions, comments, headings."""

from codequest.code.git import commits, git_files, is_ignored
from codequest.code.languages import LANGUAGES, Language, language_of
from codequest.code.source import Definition, SourceFile, Span
from codequest.code.unwanted import BUILT_FOLDERS, MAX_BYTES, VENDORED_FOLDERS, is_machine_made

__all__ = [
    "BUILT_FOLDERS",
    "LANGUAGES",
    "MAX_BYTES",
    "VENDORED_FOLDERS",
    "Definition",
    "Language",
    "SourceFile",
    "Span",
    "commits",
    "git_files",
    "is_ignored",
    "is_machine_made",
    "language_of",
]
