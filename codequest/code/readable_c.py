"""C and C++ as their grammars can read them: what only the preprocessor understands is blanked, byte by byte."""

from __future__ import annotations

import re

_WORD = rb"[A-Za-z_]\w*"
_CALLED = rb"(?:[ \t]?\((?:[^()\n]|\([^()\n]{0,200}\)){0,200}\))"
_BASES = rb":(?!:)[^;{}()]{0,500}\{"
_EXPORTED = re.compile(
    rb"\b(?P<key>class|struct|union|enum(?:[ \t]+(?:class|struct))?)\b"
    rb"(?P<macros>(?:\s+(?!final\b|class\b|struct\b)" + _WORD + _CALLED + rb"?){1,4}?)"
    rb"(?=\s+(?!final\b)(?:" + _WORD + rb"::){0,9}" + _WORD + rb"(?:<[^<>;{}]{0,200}>)?(?:\s+final)?\s*(?:\{|"
    rb"" + _BASES + rb"))"
)
_MACRO = re.compile(rb"(" + _WORD + rb")" + _CALLED + rb"?")
_BEFORE_TYPE = re.compile(
    rb"^[A-Z][A-Z0-9_]{3,}(?=[ \t]+(?:const[ \t]+)?" + _WORD + rb"(?:::" + _WORD + rb"){1,9}[\w:<>,&* \t]{0,100}\()",
    re.MULTILINE,
)
_ALONE = re.compile(rb"^[ \t]*([A-Z][A-Z0-9_]{2,}" + _CALLED + rb"?)[ \t]*$", re.MULTILINE)
_ENDS = (b";", b"{", b"}", b":", b"*/", b")")
_GOES_ON = re.compile(rb"\s*[{;,=.\[\-+*/?)&|:<>]")
_AROUND = 500  # bytes of the lines above
_RAW = re.compile(rb"\b(?:u8|[uUL])?R\"([^()\\\s]{0,16})\(")
_MOST_OPEN = 100  # raw strings without an end: the rest of such a file is no C++


def readable_c(source: bytes) -> bytes:
    """A source of the same length in which the grammar finds every class and function.

    Macros in front of the name of a class, alone in their line and before a qualified type are blanked, and so are raw
    strings, whose marks of 16 characters the grammar loses.
    """
    found = _EXPORTED.sub(_without_macros, _without_raw_strings(source))
    found = _BEFORE_TYPE.sub(lambda match: _blank(match.group()), found)
    return _ALONE.sub(_unless_needed, found)


def _without_raw_strings(source: bytes) -> bytes:
    parts, position, unfinished = [], 0, 0
    while unfinished < _MOST_OPEN and (begin := _RAW.search(source, position)):
        end = source.find(b")" + begin[1] + b'"', begin.end())
        if end < 0:
            unfinished += 1
            parts.append(source[position : begin.end()])
            position = begin.end()
            continue
        after = end + len(begin[1]) + 2
        parts += [source[position : begin.start(1)], b"(", _blank(source[begin.start(1) + 1 : after - 2]), b')"']
        position = after
    return b"".join([*parts, source[position:]])


def _without_macros(match: re.Match[bytes]) -> bytes:
    macros = match["macros"]
    if match["key"] != b"class" and any(macro[1].upper() != macro[1] for macro in _MACRO.finditer(macros)):
        return match.group()  # a type and a variable that is initialized
    return match["key"] + _blank(macros)


def _unless_needed(match: re.Match[bytes]) -> bytes:
    """Blanks a macro that is alone in its line, unless the lines around it go on with it."""
    above = match.string[max(0, match.start() - _AROUND) : match.start()].rstrip()
    last = above.rpartition(b"\n")[2].lstrip()
    begins = not above or above.endswith(_ENDS) or last.startswith((b"#", b"//"))
    if not begins or _GOES_ON.match(match.string, match.end()):
        return match.group()
    return _blank(match.group())


def _blank(text: bytes) -> bytes:
    return re.sub(rb"[^\n]", b" ", text)
