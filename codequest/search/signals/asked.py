"""AskedQuery: a query, and what kind of query it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from codequest.code.identifiers import content_words, split_name
from codequest.search.signals.literal import LEAST_WORDS, plain_words
from codequest.search.store.words import stemmed

QueryKind = Literal["name", "code", "prose"]
"""A name or a path; lines of code, an error message or a log line; words that describe something."""

_NAME = re.compile(r"[\w$@~][\w$@?!]*(?:(?:::|->|[.#:\\/-])[\w$@~][\w$@?!]*)*(?:\(\))?")
_SHAPED = re.compile(
    r"`[^`]+`"
    r"|[A-Za-z_$][\w$]*(?:(?:::|->|[.#])[A-Za-z_$][\w$]*)+(?:\(\))?"  # Reader.parse, but no end of a sentence
    r"|\b[A-Za-z]\w*(?:_\w+)+[?!]?|\b_\w{2,}"  # parse_date
    r"|\b[a-z]+[A-Z]\w*|\b[A-Z][a-z0-9]+[A-Z]\w*|\b\w+\(\)"  # parseDate, ParseDate, parse()
)
_PATH = re.compile(r"[\w@.+-]*(?:/[\w@.+\[\]-]+)+/?|\.?[\w@+-][\w@.+-]*\.[A-Za-z]\w{0,9}|(?<!\S)\.[A-Za-z][\w-]*(?!\S)")
_CODE = re.compile(
    r"[{};]\s*$|^\s*(?:def|class|func|fn|import|from|return|if|for|const|let|var|public|private)\b.*[(:={]"
    r"|\w\(.*\)\s*[;{.]|==|=>|->|\b\w+(?:Error|Exception):|^Traceback\b|^\s+at \w|\bpanic:|\berror\[?\w*\]?:",
    re.MULTILINE,
)
_MESSAGE = re.compile(r"(?:^|\s)--?[A-Za-z]|[:'\"<>%{}]")
_TESTS = re.compile(r"\b(?:tests?|testing|specs?)\b", re.IGNORECASE)
_MOST_NAMES = 8


@dataclass(frozen=True)
class AskedQuery:
    """A query.

    Attributes:
        text: The query.
    """

    text: str

    @cached_property
    def kind(self) -> QueryKind:
        """What kind of query it is."""
        text = self.text.strip()
        if _NAME.fullmatch(text) or _PATH.fullmatch(text):
            return "name"
        return "code" if _CODE.search(text) else "prose"

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words in lower case, identifiers split."""
        return tuple(word.lower() for word in split_name(self.text))

    @cached_property
    def content(self) -> frozenset[str]:
        """Those of its words that carry content."""
        return content_words(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of these."""
        return frozenset(stemmed(" ".join(sorted(self.content))))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The identifiers that a query in prose names, by their shape or in backticks."""
        if self.kind != "prose":
            return ()
        found = (match.group().strip("`") for match in _SHAPED.finditer(self.text))
        return tuple(dict.fromkeys(found))[:_MOST_NAMES]

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """What may be a path: the query itself, or a part of it."""
        found = (match.group().removeprefix("./").strip("/").rstrip(".") for match in _PATH.finditer(self.text))
        return tuple(path for path in dict.fromkeys(found) if path)[:_MOST_NAMES]

    @cached_property
    def literal(self) -> tuple[str, ...]:
        """The words of a message, an option or lines of code, some of which may stand in code as they are."""
        words = tuple(plain_words(self.text))
        is_literal = self.kind == "code" or (self.kind == "prose" and _MESSAGE.search(self.text) is not None)
        return words if is_literal and len(words) >= LEAST_WORDS else ()

    @cached_property
    def is_of_tests(self) -> bool:
        """Whether it speaks of tests."""
        return _TESTS.search(self.text) is not None
