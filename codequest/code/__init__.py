"""Source files: git, generated and vendored files, languages, definitions, comments, headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.code.git import commits as commits
    from codequest.code.git import git_files as git_files
    from codequest.code.git import is_ignored as is_ignored
    from codequest.code.languages import LANGUAGES as LANGUAGES
    from codequest.code.languages import Language as Language
    from codequest.code.languages import language_of as language_of
    from codequest.code.source import Definition as Definition
    from codequest.code.source import SourceFile as SourceFile
    from codequest.code.source import Span as Span
    from codequest.code.unwanted import BUILT_FOLDERS as BUILT_FOLDERS
    from codequest.code.unwanted import MAX_BYTES as MAX_BYTES
    from codequest.code.unwanted import VENDORED_FOLDERS as VENDORED_FOLDERS
    from codequest.code.unwanted import is_machine_made as is_machine_made

_HOMES = {
    "BUILT_FOLDERS": "codequest.code.unwanted",
    "LANGUAGES": "codequest.code.languages",
    "MAX_BYTES": "codequest.code.unwanted",
    "VENDORED_FOLDERS": "codequest.code.unwanted",
    "Definition": "codequest.code.source",
    "Language": "codequest.code.languages",
    "SourceFile": "codequest.code.source",
    "Span": "codequest.code.source",
    "commits": "codequest.code.git",
    "git_files": "codequest.code.git",
    "is_ignored": "codequest.code.git",
    "is_machine_made": "codequest.code.unwanted",
    "language_of": "codequest.code.languages",
}

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

__getattr__ = lazy_names(__name__, _HOMES)
