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
_INTERPRETED = {
    **dict.fromkeys(("python", "ipython", "pypy", "uv"), PYTHON),
    **dict.fromkeys(("ts-node", "tsx", "deno", "bun"), TYPESCRIPT),
    **dict.fromkeys(("node", "nodejs"), JAVASCRIPT),
    **dict.fromkeys(("bash", "sh", "zsh", "dash", "ksh", "ash", "bats"), BASH),
    **dict.fromkeys(("ruby", "jruby"), RUBY),
    **dict.fromkeys(("lua", "luajit"), LUA),
    **dict.fromkeys(("runghc", "runhaskell"), HASKELL),
    **dict.fromkeys(("scala", "scala-cli"), SCALA),
    "php": PHP,
    "elixir": ELIXIR,
    "kotlin": KOTLIN,
    "swift": SWIFT,
}
_NAMES_OF_PROGRAMS = "|".join(sorted((name for name in _INTERPRETED if name != "uv"), key=len, reverse=True))
_INTERPRETER = re.compile(rf"#!.*?\b({_NAMES_OF_PROGRAMS}|uv(?= run\b))[\d.]*(?:\s|$)")
_BY_NAME = {
    **dict.fromkeys(("rakefile", "gemfile", "vagrantfile", "podfile", "fastfile", "guardfile", "brewfile"), RUBY),
    **dict.fromkeys((".bashrc", ".bash_profile", ".profile", ".zshrc", "pkgbuild"), BASH),
    **dict.fromkeys(("sconstruct", "sconscript"), PYTHON),
}
_DOCUMENTS = (".md", ".markdown", ".rst", ".txt", ".adoc")
_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}


def language_of(path: PurePath, text: str) -> Language | None:
    """The language of a file: by its name or the end of it, for a header and a script by what is in it; else None."""
    language = _BY_SUFFIX.get(path.suffix.lower()) or _BY_NAME.get(path.name.lower())
    script = None if language or path.suffix.lower() in _DOCUMENTS else _INTERPRETER.match(text)
    if script:
        return _INTERPRETED[script.group(1)]
    return CPP if language is C and _ONLY_IN_CPP.search(text) else language
