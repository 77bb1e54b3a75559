"""Comments that are sentences, and not code, licenses or orders to a tool."""

from __future__ import annotations

import re

from codequest.mining.descriptions import is_description
from codequest.mining.language import has_function_word

_NO_PROSE = re.compile(
    r"""copyright|licen[sc]e|spdx|all\ rights\ reserved|warrant(?:y|ies)|\(c\)\ |redistribut|\bauthors?\b|do\ not\ edit
    | \b(?:todo|fixme|xxx|hack|wtf)\b | https?://|www\.
    | noqa|nosec|noinspection|nolint|nosonar|pylint|flake8|mypy|pyright|type:\s?ignore|fmt:\s?o|yapf|\bisort\b|pragma
    | codespell|cppcheck|coverity|coverage:|-\*-|\bvim?:|emacs
    | eslint|jshint|jslint|tslint|prettier|istanbul|@ts-|c8\ ignore|v8\ ignore|webpack\w*:|sourcemapping|biome-
    | rubocop|frozen_string|checkstyle|suppresswarnings|phpstan|psalm|phpcs|clang-
    | go:\w|\+build|\#cgo|\#\s?(?:end)?region|^\W*end\ of\ |<editor-fold""",
    re.IGNORECASE | re.VERBOSE,
)
_CODE_END = re.compile(r"[;{}(\[,=+&|\\]\s*$|\)\s*:?\s*$(?<!\w\))")
_CODE = re.compile(
    r"""^\s*(?:if|for|while|return|else|elif|import|from|def|class|var|let|const|public|private|static|func|fn|print|assert|end
    |case|switch|try|catch|raise|throw|new|self|this|await|yield)\b.*[(){}\[\]=;:.]\s*\S*$
    | \w\s*[-+*/|&^]?=\s*\S | \w\([^)\s]*\)\s*(?:[.;{]|$) | => | && | \|\| | ;\s | \w\[\w | <\w+> | ^\s*[@$.<\[{(]
    | \s[+=]\s.*\s[+=]\s""",
    re.VERBOSE,
)
_STARTS = re.compile(r"[^\W\d_]|[\"'`]\w")


def is_prose(sentence: str, *, min_words: int = 3) -> bool:
    """Tell whether the sentence of a comment says something in words."""
    return (
        is_description(sentence, min_words=min_words)
        and bool(_STARTS.match(sentence))
        and not _CODE_END.search(sentence)
        and not _CODE.search(sentence)
        and has_function_word(sentence)
    )


def is_for_tools(comment: str) -> bool:
    """Tell whether any line of a comment is a license text, an instruction to a tool, or a note to do something."""
    return bool(_NO_PROSE.search(comment))
