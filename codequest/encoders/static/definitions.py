"""The name that a piece of code defines: what says most of it."""

from __future__ import annotations

import re

_READ = 1500  # characters: a doc comment and the signature after it
_MODIFIERS = (
    "abstract|async|const|data|declare|default|export|extern|final|inline|internal|local|open|override|partial|private|"
    "protected|pub|public|readonly|sealed|static|unsafe|virtual"
)
_NAME = r"([A-Za-z_$][\w$]*[?!]?)"
_DEFINITION = re.compile(
    rf"""^[ \t]*(?:
    (?:(?:{_MODIFIERS})[ \t]+)*                                     # public static
    (?:class|defp?|defmodule|enum|fn|fun|func|function|impl|interface|module|object|procedure|protocol|record|struct|sub
       |trait|type)[ \t]+
    (?:\([^()\n]*\)[ \t]*)?(?:\w+[.:]+){{0,4}}&?{_NAME}              # func (r *Reader) Read, def self.open
    |(?:(?:{_MODIFIERS}|let|var)[ \t]+)*(?:[\w.$]+\.)?
    {_NAME}[ \t]*[:=][ \t]*(?:async[ \t]+)?(?:function\b|\([^()\n]*\)[ \t]*=>|\w+[ \t]*=>)
    |(?!return\b|new\b|else\b|throw\b|await\b|case\b)
    (?:[\w<>\[\],.?*&:$]+[ \t]+){{0,8}}?                              # public static Map<String, Integer>
    (?!(?:if|for|foreach|while|switch|catch|with|using|lock|synchronized)\b){_NAME}[ \t]*
    \([^;{{}}]{{0,300}}\)[^;{{}}()=\n]{{0,80}}\{{                           # count(String text) throws IOException {{
    )""",
    re.MULTILINE | re.VERBOSE,
)


def defined_name(text: str) -> str:
    """The first name that a text defines, as far as its lines tell without a parser; empty where there is none.

    Found are functions, methods and types of the languages that Puma cuts along their syntax.
    """
    found = _DEFINITION.search(text[:_READ])
    return "" if found is None else next(filter(None, found.groups()), "")
