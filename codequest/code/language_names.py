"""Names of languages as people write them in a filter."""

from __future__ import annotations

from functools import cache

from codequest.code.file_language import BY_NAME, BY_SUFFIX
from codequest.code.languages import LANGUAGES
from codequest.errors import InvalidInputError

NO_LANGUAGE = "text"
"""Language of a file that is in none."""

# fmt: off
_ALIASES = {
    "adoc": "asciidoc", "bat": "batch", "cpp": "c++", "csharp": "c#", "cxx": "c++", "docker": "dockerfile",
    "emacs-lisp": "elisp", "fsharp": "f#", "golang": "go", "gql": "graphql", "jsonc": "json",
    "makefile": "make", "node": "javascript", "objc": "objective-c", "objectivec": "objective-c", "plain": "text",
    "plaintext": "text", "postgresql": "sql", "pwsh": "powershell", "python3": "python", "shell": "bash",
    "vb.net": "visual basic", "visualbasic": "visual basic", "zsh": "bash",
}
# fmt: on


def known_languages() -> list[str]:
    """Names of all languages that a file can be in, as `SearchHit.language` has them."""
    parsed = {language.name for language in LANGUAGES}
    return sorted(parsed | set(BY_SUFFIX.values()) | set(BY_NAME.values()) | {NO_LANGUAGE})


def language_named(name: str) -> str:
    """The language of a name, in any case: its own, an alias such as ``golang``, or an end of files, such as ``py``.

    Raises:
        InvalidInputError: No language has that name.
    """
    found = _by_name().get(name.strip().lower())
    if found is None:
        raise InvalidInputError(
            f"Unknown language {name!r:.80}; expected one of {', '.join(known_languages())}, an alias such as golang, "
            "or an end of files such as py."
        )
    return found


@cache
def _by_name() -> dict[str, str]:
    ends = {suffix.lstrip("."): name for suffix, name in BY_SUFFIX.items()}
    parsed = {suffix.lstrip("."): language.name for language in LANGUAGES for suffix in language.suffixes}
    names = {name: name for name in known_languages()}
    return {**ends, **parsed, **_ALIASES, **names}
