"""Globs of paths, as git reads them, and with braces."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from codequest.code.globs import git_globs
from codequest.errors import InvalidInputError

_MOST_ALTERNATIVES = 100
_MARKS = re.compile(r"\\.|\[[^\]]*\]|[{},]", re.DOTALL)


class PathGlobs:
    """Globs as in a .gitignore; those with ``!`` in front take files out, and alone mean all others.

    Beyond git's, ``{a,b}`` is either of these, and ``./`` in front is the root.

    A file passes where one of the plain globs matches and none of those with ``!``, in whatever order they stand. Read
    as one .gitignore they would let a folder back in, but not the files in it.

    Args:
        globs: At least one.

    Raises:
        InvalidInputError: A glob that git would not understand, or of too many alternatives.
        MissingDependencyError: ``pathspec`` is not installed.
    """

    def __init__(self, globs: Sequence[str]) -> None:
        wanted = [glob for glob in globs if not glob.startswith("!")]
        unwanted = [glob.removeprefix("!") for glob in globs if glob.startswith("!")]
        self._wanted, self._unwanted = git_globs(_plain(wanted or ["*"])), git_globs(_plain(unwanted))

    def matching(self, paths: Collection[str]) -> set[str]:
        """Those of the paths that match."""
        return set(self._wanted.match_files(paths)) - set(self._unwanted.match_files(paths))


def _plain(globs: Sequence[str]) -> Iterator[str]:
    for glob in globs:
        for alternative in expanded(glob):
            yield _from_root(alternative)


def _from_root(glob: str) -> str:
    rest = glob.removeprefix(".") if glob == "." or glob.startswith("./") else glob
    while rest is not glob and rest.startswith("//"):
        rest = rest[1:]
    return "*" if rest in ("", "/") else rest


def expanded(glob: str) -> list[str]:
    """The globs that one with braces stands for: ``a.{b,c}`` is ``a.b`` and ``a.c``.

    Braces may be nested. What has no comma, or no other brace, stands for itself, and so does what is in brackets or
    after a backslash.

    Raises:
        InvalidInputError: There are more than a hundred.
    """
    done: list[str] = []
    waiting = [glob]
    while waiting:
        if len(done) + len(waiting) > _MOST_ALTERNATIVES:
            raise InvalidInputError(
                f"The glob {glob!r:.80} stands for more than {_MOST_ALTERNATIVES} others. Put fewer alternatives in "
                "braces."
            )
        one = waiting.pop(0)
        alternatives = _first_braces(one)
        if alternatives is None:
            done.append(one)
        else:
            start, end, parts = alternatives
            waiting[:0] = [one[:start] + part + one[end:] for part in parts]
    return done


def _first_braces(glob: str) -> tuple[int, int, list[str]] | None:
    """Where the first braces with a comma are, and what is between the commas."""
    open_at: list[tuple[int, list[int]]] = []  # places of braces that are not closed, and of the commas in each
    first: list[int] = []
    for mark in _MARKS.finditer(glob):
        if mark.group() == "{":
            open_at.append((mark.start(), []))
        elif mark.group() == "," and open_at:
            open_at[-1][1].append(mark.start())
        elif mark.group() == "}" and open_at:
            start, commas = open_at.pop()
            if commas and (not first or start < first[0]):
                first = [start, *commas, mark.start()]
    return (first[0], first[-1] + 1, [glob[a + 1 : b] for a, b in pairwise(first)]) if first else None
