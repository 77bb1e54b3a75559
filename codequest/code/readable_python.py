"""Cython as the grammar of Python can read it: what is defined for C is blanked, byte by byte."""

from __future__ import annotations

import re

_CLASS = re.compile(rb"^([ \t]*)cdef(?=[ \t]+(?:extern[ \t]+)?class\b)", re.MULTILINE)
_FUNCTION = re.compile(rb"^([ \t]*)cp?def\b([^\n(=:]{0,200}?)\b(\w+)[ \t]*\([^\n]*:[ \t]*$", re.MULTILINE)


def readable_python(source: bytes) -> bytes:
    """A source of the same length in which ``cdef`` and ``cpdef`` define what ``class`` and ``def`` do."""
    if b"def " not in source or not (b"cdef" in source or b"cpdef" in source):
        return source
    return _FUNCTION.sub(_as_python, _CLASS.sub(rb"\1    ", source))


def _as_python(match: re.Match[bytes]) -> bytes:
    indent, name = match[1], match[3]
    before = indent + b"def" + b" " * (match.start(3) - match.start() - len(indent) - 3)
    rest = match.end() - match.end(3)
    return before + name + b"()" + b" " * (rest - 3) + b":"
