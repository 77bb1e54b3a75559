"""Name of the language of a file."""

from __future__ import annotations

from pathlib import PurePosixPath

from codequest.code.languages import language_of

# fmt: off
_BY_SUFFIX = {
    ".adoc": "asciidoc", ".astro": "astro", ".bat": "batch", ".bzl": "starlark", ".clj": "clojure", ".cmake": "cmake",
    ".css": "css", ".cu": "cuda", ".cfg": "ini", ".conf": "ini", ".dart": "dart", ".el": "elisp", ".ex": "elixir",
    ".exs": "elixir", ".erl": "erlang", ".fs": "f#", ".gradle": "gradle", ".graphql": "graphql", ".groovy": "groovy",
    ".hcl": "hcl", ".hs": "haskell", ".htm": "html", ".html": "html", ".ini": "ini", ".jl": "julia", ".json": "json",
    ".kt": "kotlin", ".kts": "kotlin", ".less": "less", ".lua": "lua", ".m": "objective-c", ".markdown": "markdown",
    ".md": "markdown", ".mdx": "markdown", ".ml": "ocaml", ".mm": "objective-c", ".nix": "nix", ".pas": "pascal",
    ".pl": "perl", ".pm": "perl", ".proto": "protobuf", ".ps1": "powershell", ".r": "r", ".rst": "restructuredtext",
    ".sass": "sass", ".scala": "scala", ".scss": "scss", ".sol": "solidity", ".sql": "sql", ".svelte": "svelte",
    ".swift": "swift", ".tf": "terraform", ".toml": "toml", ".v": "verilog", ".vb": "visual basic", ".vue": "vue",
    ".xml": "xml", ".yaml": "yaml", ".yml": "yaml", ".zig": "zig",
}
_BY_NAME = {
    "cmakelists.txt": "cmake", "containerfile": "dockerfile", "dockerfile": "dockerfile", "gemfile": "ruby",
    "gnumakefile": "make", "jenkinsfile": "groovy", "justfile": "just", "makefile": "make", "rakefile": "ruby",
}
# fmt: on


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
    return _BY_SUFFIX.get(file.suffix.lower()) or _BY_NAME.get(file.name.lower()) or "text"
