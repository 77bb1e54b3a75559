"""Name of the language of a file."""

from __future__ import annotations

from pathlib import PurePosixPath

from codequest.code.languages import LANGUAGES, language_of

# fmt: off
BY_SUFFIX = {
    ".adoc": "asciidoc", ".asc": "asciidoc", ".astro": "astro", ".bat": "batch", ".bzl": "starlark",
    ".clj": "clojure", ".cmake": "cmake", ".css": "css", ".cu": "cuda", ".cfg": "ini", ".conf": "ini",
    ".dart": "dart", ".el": "elisp", ".ex": "elixir", ".exs": "elixir", ".erl": "erlang", ".fs": "f#",
    ".gradle": "gradle", ".graphql": "graphql", ".groovy": "groovy", ".hcl": "hcl", ".hs": "haskell", ".htm": "html",
    ".html": "html", ".ini": "ini", ".jl": "julia", ".json": "json", ".kt": "kotlin", ".kts": "kotlin",
    ".less": "less", ".ipynb": "notebook", ".lua": "lua", ".m": "objective-c", ".markdown": "markdown",
    ".md": "markdown", ".mdx": "markdown", ".ml": "ocaml", ".mm": "objective-c", ".nix": "nix", ".pas": "pascal",
    ".pl": "perl", ".pm": "perl", ".proto": "protobuf", ".ps1": "powershell", ".r": "r", ".rst": "restructuredtext",
    ".sass": "sass", ".scala": "scala", ".scss": "scss", ".sol": "solidity", ".sql": "sql", ".svelte": "svelte",
    ".swift": "swift", ".tf": "terraform", ".toml": "toml", ".v": "verilog", ".vb": "visual basic", ".vue": "vue",
    ".xml": "xml", ".yaml": "yaml", ".yml": "yaml", ".zig": "zig",
}
BY_NAME = {
    "cmakelists.txt": "cmake", "containerfile": "dockerfile", "dockerfile": "dockerfile", "gemfile": "ruby",
    "gnumakefile": "make", "jenkinsfile": "groovy", "justfile": "just", "makefile": "make", "rakefile": "ruby",
}
_CONFIGURATION = (".cfg", ".conf", ".ini", ".json", ".tf", ".hcl", ".toml", ".xml", ".yaml", ".yml")
# fmt: on

SUFFIXES_OF_LANGUAGES = frozenset(suffix for language in LANGUAGES for suffix in language.suffixes)
"""Ends of names of files that are parsed."""

SUFFIXES_OF_SOURCES = frozenset((SUFFIXES_OF_LANGUAGES | set(BY_SUFFIX)).difference(_CONFIGURATION))
"""Ends of names of files that are written in a language, documents included; files of settings are not."""

NAMES_OF_SOURCES = frozenset(BY_NAME)
"""Names of such files, in lower case."""


def file_language(path: str, text: str) -> str:
    """The language of a file by its name, and for a header or a script by what is in it; ``"text"`` for others.

    Args:
        path: With forward slashes.
        text: Its content.
    """
    file = PurePosixPath(path)
    parsed = language_of(file, text)
    if parsed is not None:
        return parsed.name
    return BY_SUFFIX.get(file.suffix.lower()) or BY_NAME.get(file.name.lower()) or "text"
