"""How long a regular expression of a tokenizer may take, and the shortest text that it matches."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import prod

_MOST_CHARACTERS = 16_384  # of an expression: some name all letters of all scripts
_MOST_WORK = 4096  # characters that are looked at from one place of a text, besides repetitions
_LARGE = 1024  # repetitions that count as any number of them
_DEEPEST = 16

_KNOWN = frozenset(
    branch.replace("UPPER", r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]").replace("LOWER", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]")
    for branch in (
        r"\s+(?!\S)",
        r"\s*[\r\n]+",
        r"\s*[\r\n]",
        r"\s+$",
        r"[^\r\n\p{L}\p{N}]?UPPER*LOWER+",
        r"[^\r\n\p{L}\p{N}]?UPPER*LOWER+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?UPPER*LOWER+(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?",
        r"[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))*((?=[\p{L}])([^A-Z]))+",
        r"[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+",
        r"\d{1,3}(?=(?:\d{3})*\b)",
        r"(?=(\d{3})+(?!\d))",
    )
)
"""Branches of the tokenizers of GPT-2, Llama, Qwen, DeepSeek, Mistral, GPT-4o, EXAONE, Aya and OLMo."""

_COUNTED = re.compile(r"\{(\d*)(,?)(\d*)\}")
_ESCAPED = re.compile(r"\\(?:[pP]\{[^{}]*\}|x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|[^pPxu0-9kgQEXKR])")
_OPENED = re.compile(r"\((?:\?(?:[im]*(?:-[im]+)?:|>|<?[=!]|<\w+>))?(?![?*])")
_ANCHORS = frozenset((r"\b", r"\B", r"\A", r"\z", r"\Z", r"\G"))


class SlowExpressionError(ValueError):
    """An expression whose time cannot be bounded, or that is not understood."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What a piece of an expression matches.

    Attributes:
        least: Fewest characters.
        fails: Whether it may match nothing of a text, so that what comes before it is tried again.
        repeats: Whether it may match any number of characters.
        size: Most characters, besides repetitions.
        choices: In how many ways, besides repetitions.
    """

    least: int
    fails: bool
    repeats: bool = False
    size: int = 1
    choices: int = 1

    @property
    def work(self) -> int:
        return self.size * self.choices


_CHARACTER, _ANCHOR = _Part(1, fails=True), _Part(0, fails=True)


def shortest_match(expression: str) -> int:
    """The fewest characters that an expression matches, for one that reads a text in about linear time.

    A search that fails tries everything again that could have matched otherwise. So a repetition must be the last
    thing in its branch that can fail; one that is followed by something takes the square of a text's length, two of
    them its cube, and one in another all the time there is. Branches of public tokenizers that whitespace or letters
    could lead so far, and whose other branches do not let it come to that, are known.

    Args:
        expression: In the syntax of Oniguruma.

    Raises:
        SlowExpressionError: It may take far longer, or has what is not understood here; says where.
    """
    if len(expression) > _MOST_CHARACTERS:
        raise SlowExpressionError(f"it has {len(expression)} characters, expected at most {_MOST_CHARACTERS}")
    return _Scanner(expression.replace("\r", r"\r").replace("\n", r"\n")).whole().least


class _Scanner:
    def __init__(self, expression: str) -> None:
        self._text, self._at = expression, 0

    def whole(self) -> _Part:
        part = self._alternatives(depth=0)
        if self._at < len(self._text):
            raise self._refused("a bracket that nothing opens")
        if part.size > _MOST_WORK:
            raise self._refused(f"more than {_MOST_WORK} characters or choices to try")
        return part

    def _alternatives(self, depth: int) -> _Part:
        if depth > _DEEPEST:
            raise self._refused("groups within groups")
        branches = [self._branch(depth)]
        while self._text.startswith("|", self._at):
            self._at += 1
            branches.append(self._branch(depth))
        return _Part(
            least=min(branch.least for branch in branches),
            fails=all(branch.fails for branch in branches),
            repeats=any(branch.repeats for branch in branches),
            size=sum(branch.work for branch in branches) if depth == 0 else sum(branch.size for branch in branches),
            choices=1 if depth == 0 else sum(branch.choices for branch in branches),
        )

    def _branch(self, depth: int) -> _Part:
        known = next((branch for branch in _KNOWN if self._is_here(branch)), None) if depth == 0 else None
        if known is not None:
            self._at += len(known)
            return _Part(0, fails=True, repeats=True)
        parts: list[_Part] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            part = self._repeated(self._piece(depth))
            if part.fails and any(before.repeats for before in parts):
                raise self._refused("something required after a repetition")
            parts.append(part)
        return _Part(
            least=sum(part.least for part in parts),
            fails=any(part.fails for part in parts),
            repeats=any(part.repeats for part in parts),
            size=sum(part.size for part in parts),
            choices=min(prod(part.choices for part in parts), _MOST_WORK + 1),
        )

    def _is_here(self, branch: str) -> bool:
        end = self._at + len(branch)
        return self._text.startswith(branch, self._at) and self._text[end : end + 1] in ("", "|")

    def _piece(self, depth: int) -> _Part:
        """The next piece, without what says how often."""
        character = self._text[self._at]
        if character == "\\":
            return _ANCHOR if self._escape() in _ANCHORS else _CHARACTER
        if character == "[":
            self._character_class()
            return _CHARACTER
        if character == "(":
            return self._group(depth)
        if character in "*+?":
            raise self._refused("a repetition of nothing")
        self._at += 1
        return _ANCHOR if character in "^$" else _CHARACTER

    def _escape(self) -> str:
        found = _ESCAPED.match(self._text, self._at)
        if found is None:
            raise self._refused("an escape that is not known here")
        self._at = found.end()
        return found[0]

    def _character_class(self) -> None:
        depth = 0
        while True:
            character = self._text[self._at : self._at + 1]
            if not character:
                raise self._refused("a class without an end")
            if character == "\\":
                self._escape()
                continue
            self._at += 1
            if character == "[":
                depth += 1
                self._at += self._text.startswith("^", self._at)
                self._at += self._text.startswith("]", self._at)  # the first one is a character
            elif character == "]":
                depth -= 1
                if depth == 0:
                    return

    def _group(self, depth: int) -> _Part:
        opened = _OPENED.match(self._text, self._at)
        if opened is None:
            raise self._refused("a group that is not known here")
        self._at = opened.end()
        inner = self._alternatives(depth + 1)
        if not self._text.startswith(")", self._at):
            raise self._refused("a group without an end")
        self._at += 1
        if not opened[0].endswith(("=", "!")):
            return inner
        if inner.repeats:
            raise self._refused("a repetition in what is looked at ahead")
        return replace(inner, least=0, fails=True)

    def _repeated(self, part: _Part) -> _Part:
        least, most = self._times()
        if (least, most) == (1, 1):
            return part
        if most > 1 and (part.repeats or (part.choices > 1 and most >= _LARGE)):
            raise self._refused("a repetition of repetitions or choices")
        choices = part.choices**most * (most - least + 1) if most < _LARGE else 1
        return _Part(
            least=least * part.least,
            fails=part.fails and least > 0,
            repeats=part.repeats or most >= _LARGE,
            size=part.size * (most if most < _LARGE else max(1, least)),
            choices=min(choices, _MOST_WORK + 1),
        )

    def _times(self) -> tuple[int, int]:
        """How often the last piece may come, least and most."""
        character = self._text[self._at : self._at + 1]
        counted = _COUNTED.match(self._text, self._at)
        if character and character in "*+?":
            self._at += 1
            times = (int(character == "+"), 1 if character == "?" else _LARGE)
            suffixes = "?+"
        elif counted and (counted[1] or counted[3]) and len(counted[0]) < 12:
            self._at = counted.end()
            least = int(counted[1] or 0)
            most = least if not counted[2] else int(counted[3]) if counted[3] else _LARGE
            times, suffixes = (least, most), "?"
        elif counted and len(counted[0]) > 2:
            raise self._refused("a number of times that is not known here")
        else:
            return 1, 1
        if self._text[self._at : self._at + 1] in (*suffixes,):
            self._at += 1
        again = self._text[self._at : self._at + 1]
        if (again and again in "*+?") or _COUNTED.match(self._text, self._at):
            raise self._refused("a repetition of a repetition")
        return times

    def _refused(self, what: str) -> SlowExpressionError:
        return SlowExpressionError(f"{what}, at character {self._at} of {self._text!r:.200}")
