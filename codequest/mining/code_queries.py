"""Queries in source files: doc comments, comments, names, tests and error messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from codequest.code.identifiers import split_name
from codequest.code.languages import Language
from codequest.code.source import Definition, SourceFile
from codequest.mining.derived import DerivedQuery
from codequest.mining.descriptions import is_description
from codequest.mining.documentation import first_sentence, plain_text, summary
from codequest.mining.functions import description_of, is_documented
from codequest.mining.prose import is_for_tools, is_prose

_MOST_NAME_WORDS = 8
# fmt: off
_NO_NAMES = frozenset((
    "main", "init", "setup", "teardown", "set", "up", "tear", "down", "run", "test", "tests", "foo", "bar", "baz",
    "constructor",
))
# fmt: on
# fmt: off
_TEST_CALLS = frozenset((
    "it", "test", "describe", "context", "specify", "scenario", "feature", "Run", "suite",
))
# fmt: on
# fmt: off
_ERROR_CALLS = frozenset((
    "raise", "New", "Errorf", "Fatalf", "Wrapf", "Wrap",
))
# fmt: on
_TEST_NAME = re.compile(r"^(?:test|Test|Benchmark|Example)(?=[_A-Z])_*")
# fmt: off
_LEADS_TO_A_VALUE = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "expected", "for", "found", "from", "given", "got", "has",
    "have", "in", "is", "it", "its", "instead", "named", "not", "of", "on", "or", "received", "than", "that", "the",
    "to", "type", "using", "value", "was", "were", "which", "with",
))
# fmt: on
_LEFT_BY_PLACEHOLDERS = re.compile(r"\s+([,.:;)\]])|\(\s*\)|\[\s*\]|([\"'`])\s*\2")
_PLACEHOLDER = re.compile(r"%[-+#0-9.]*[a-zA-Z]|\$?\{[^{}]*\}|%\([^)]*\)\w|\\[nrt\"']")


def code_queries(text: str, path: Path, language: Language) -> Iterator[DerivedQuery]:
    """The queries of a source file."""
    file = SourceFile(text.encode(), language)
    for origin, line, query in (*_definitions(file), *_comments(file), *_tests(file), *_errors(file)):
        if query:
            yield DerivedQuery(query, origin, f"{path.as_posix()}:{line}")


def name_query(name: str) -> str:
    """An identifier as a query: its words in lower case, with those of its owner where it is a single word."""
    parts = [part for part in re.split(r"[.:#]+", name) if part]
    words = split_name(parts[-1]) if parts else []
    if len(words) == 1 and len(parts) > 1:
        words = [*split_name(parts[-2]), *words]
    letters = [word for word in words if any(character.isalpha() for character in word)]
    if not 2 <= len(letters) <= len(words) <= _MOST_NAME_WORDS or all(word.lower() in _NO_NAMES for word in words):
        return ""
    return " ".join(words).lower() if sum(map(len, words)) > 2 * len(words) else ""


def _definitions(file: SourceFile) -> Iterator[tuple[str, int, str]]:
    for definition in file.definitions:
        sentence = description_of(definition, file.language)
        if is_documented(definition, file.language):
            if is_description(sentence) and not is_for_tools(sentence):
                yield "docs", definition.documentation_line, sentence
        elif is_prose(sentence, min_words=4) and not is_for_tools(definition.documentation):
            yield "comments", definition.documentation_line, sentence
        yield from _names(definition)
    if file.opening is not None:
        sentence = summary(file.text(file.opening))
        if is_description(sentence) and not is_for_tools(sentence):
            yield "docs", file.line(file.opening.start), sentence


def _names(definition: Definition) -> Iterator[tuple[str, int, str]]:
    own = definition.name.rsplit(".", 1)[-1]
    test = _TEST_NAME.sub("", own)
    if (
        own.startswith("__")
        or own.isupper()
        or (definition.kind == "class" and re.match(r"Tests?[A-Z]|.*Tests?$", own))
    ):
        return
    if test != own:
        yield "tests", definition.line, name_query(test)
        return
    query = name_query(definition.name)
    if query:
        yield "names", definition.line, query
        yield "identifiers", definition.line, definition.name if len(split_name(own)) == 1 else own


def _comments(file: SourceFile) -> Iterator[tuple[str, int, str]]:
    for span in file.loose_comments:
        comment = file.text(span)
        documents = bool(file.language.doc_marks) and comment.startswith(file.language.doc_marks)
        if (not documents and is_for_tools(comment)) or not (
            documents or file.first_in_line(span.start) or " " in comment.strip()
        ):
            continue
        sentence = summary(comment) if documents else first_sentence(plain_text(comment))
        if is_description(sentence) and not is_for_tools(sentence) if documents else is_prose(sentence, min_words=4):
            yield "docs" if documents else "comments", file.line(span.start), sentence


def _tests(file: SourceFile) -> Iterator[tuple[str, int, str]]:
    for function, line, text in file.calls:
        title = " ".join(text.split())
        names = re.split(r"[.(]", function)
        if (names[0] in _TEST_CALLS or names[-1] == "Run") and is_description(title):
            yield "tests", line, title.rstrip(".")


def _errors(file: SourceFile) -> Iterator[tuple[str, int, str]]:
    raised = [(line, text) for name, line, text in file.calls if re.split(r"[.(]", name)[-1] in _ERROR_CALLS]
    for line, text in (*file.messages, *raised):
        message = _error(text)
        if is_description(message, min_words=4):
            yield "errors", line, message


def _error(text: str) -> str:
    """The first sentence of an error message without what is filled in, and without what led to it at its end."""
    message = _LEFT_BY_PLACEHOLDERS.sub(r"\1", " ".join(_PLACEHOLDER.sub(" ", text).split()))
    words = first_sentence(message.strip(" :;,.-")).split()
    while words and (words[-1].strip(":,;=(").lower() in _LEADS_TO_A_VALUE or not words[-1].strip(":,;=(-")):
        words.pop()
    return " ".join(words).strip(" :;,.-=(")
