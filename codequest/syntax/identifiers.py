"""Identifiers as words."""

from __future__ import annotations

import re

_HUMP = re.compile(
    r"(?<=[a-z])(?=[A-Z])"  # parse|Date
    r"|(?<=[A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])"  # HTTP|Date, but URLs
    r"|(?<=\w\d)(?=[A-Z][A-Za-z])(?!D[A-Z])"  # utf8|Decode, but conv2D
)
_SPELLED = re.compile(
    r"GitHub|GitLab|JavaScript|TypeScript|OAuth2?|OpenSSL|OpenGL|OpenAI|MySQL|PostgreSQL|NoSQL|GraphQL|IPv[46]|iOS|macOS|LaTeX|"
    r"YouTube|NumPy|PyPI"
)
_WORD = re.compile(r"[^\W_]+")


def split_name(name: str) -> list[str]:
    """The words of an identifier: ``parseHTTPDate_utf8`` gives parse, HTTP, Date and utf8."""
    spelled = _SPELLED.sub(lambda match: f" {match.group().lower()} ", name)
    return _WORD.findall(_HUMP.sub(" ", spelled))
