"""Documented functions of every language that codequest parses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from codequest.code.codebase import Codebase
from codequest.code.languages import LANGUAGES, Language, language_of
from codequest.code.source import Definition, SourceFile
from codequest.mining.descriptions import is_description
from codequest.mining.documentation import summary, without_markup
from codequest.mining.forms import begins_with_verb
from codequest.mining.mined import MinedFunction
from codequest.mining.python_functions import mine_python_source
from codequest.progress import Progress, silent

# Shell functions are seldom documented, and their comments are seldom sentences.
CODE_SUFFIXES = tuple(suffix for language in LANGUAGES if language.documented for suffix in language.suffixes)

_TRIVIAL = re.compile(
    r"""^\{?\s*(?:
        (?:return\s+|=>\s*)?&?(?:mut\s+)?[$@]?(?:\w+(?:\.|->|::))*\w+(?:\(\))?
        | (?:this\.|self\.|@|\$this->)\w+\s*=\s*\$?\w+ (?:;\s*return\s+\S+)?
        | return\s+["'\d][^\n;]*
        | throw\b[^\n]*
        | raise\b[^\n]*
        | pass | \.\.\.
    )?\s*;?\s*\}?$""",
    re.VERBOSE,
)


def mine_functions(
    paths: Codebase | Iterable[str | Path], *, min_words: int = 3, min_lines: int = 3, progress: Progress = silent
) -> Iterator[MinedFunction]:
    """Functions and methods with a doc comment that describes them, in the order of the files.

    Getters, setters and others of one trivial statement are left out, and so are descriptions that are boilerplate.

    Args:
        paths: Folders, git repositories and files; or a codebase, which then counts what is passed over.
        min_words: Fewest words of a description.
        min_lines: Fewest lines of a function without its documentation.
        progress: Told how many files are read.

    Yields:
        One record per function.

    Raises:
        DatasetError: A path does not exist.
        MissingDependencyError: There are files of another language than Python and tree-sitter is not installed.
    """
    codebase = paths if isinstance(paths, Codebase) else Codebase(paths, suffixes=CODE_SUFFIXES)
    for path, text in codebase.read(progress):
        language = language_of(path, text)
        if language is None:
            continue
        found = _from_python(text, path) if language.name == "python" else _parsed(text, path, language)
        for function in found:
            enough = function.code.count("\n") + 1 >= min_lines
            if enough and is_description(function.description, min_words=min_words):
                yield function


def description_of(definition: Definition, language: Language) -> str:
    """The first sentence above or inside a definition; empty without one."""
    return summary(definition.documentation, name=definition.name, begins_with_name=language.begins_with_name)


def is_documented(definition: Definition, language: Language) -> bool:
    """Tell whether what stands above or inside a definition is its documentation, and no note on the implementation."""
    if not definition.documentation:
        return False
    sure = not language.sure_marks or definition.documentation.startswith(language.sure_marks)
    return sure or begins_with_verb(description_of(definition, language))


def _from_python(text: str, path: Path) -> Iterator[MinedFunction]:
    for function in mine_python_source(text, path):
        yield replace(function, description=without_markup(function.description))


def is_trivial(body: str) -> bool:
    """Tell whether a function's body is one statement that says nothing, such as that of a getter."""
    return bool(_TRIVIAL.match(body.strip()))


def _parsed(text: str, path: Path, language: Language) -> Iterator[MinedFunction]:
    file = SourceFile(text.encode(), language)
    for definition in file.definitions:
        if definition.kind == "function" and definition.documentation and not is_trivial(definition.body):
            description = description_of(definition, language)
            if definition.body and description and is_documented(definition, language):
                code = file.code(definition)
                yield MinedFunction(path, definition.line, definition.name, description, code, language.name)
