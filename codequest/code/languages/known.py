"""Every language that is parsed, and which one a file is written in."""

from __future__ import annotations

import re
from pathlib import PurePath

from codequest.code.languages.declarative import HASKELL, SQL, TERRAFORM
from codequest.code.languages.language import Language
from codequest.code.languages.machines import CPP, GO, RUST, SWIFT, ZIG, C
from codequest.code.languages.managed import CSHARP, DART, JAVA, KOTLIN, SCALA
from codequest.code.languages.scripts import BASH, ELIXIR, LUA, PYTHON, RUBY
from codequest.code.languages.web import JAVASCRIPT, PHP, TSX, TYPESCRIPT

LANGUAGES = (
    PYTHON,
    JAVASCRIPT,
    TYPESCRIPT,
    TSX,
    JAVA,
    GO,
    RUBY,
    PHP,
    RUST,
    CSHARP,
    C,
    CPP,
    BASH,
    KOTLIN,
    SCALA,
    SWIFT,
    DART,
    LUA,
    ELIXIR,
    HASKELL,
    ZIG,
    SQL,
    TERRAFORM,
)
"""Every language that codequest parses."""

_ONLY_IN_CPP = re.compile(
    r"^[ \t]*(?:class|namespace|template|using)\b|^[ \t]*(?:public|private|protected):", re.MULTILINE
)
_INTERPRETER = re.compile(r"#!.*?\b(python|node|bash|sh|zsh|ruby|php|lua|elixir|uv(?= run\b))[\d.]*(?:\s|$)")
_INTERPRETED = {
    "python": PYTHON,
    "uv": PYTHON,
    "node": JAVASCRIPT,
    "bash": BASH,
    "sh": BASH,
    "zsh": BASH,
    "ruby": RUBY,
    "php": PHP,
    "lua": LUA,
    "elixir": ELIXIR,
}
_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}


def language_of(path: PurePath, text: str) -> Language | None:
    """The language of a file: by the end of its name, for a header and a script by what is in it; else None."""
    script = None if path.suffix else _INTERPRETER.match(text)
    if script:
        return _INTERPRETED[script.group(1)]
    language = _BY_SUFFIX.get(path.suffix.lower())
    return CPP if language is C and _ONLY_IN_CPP.search(text) else language
