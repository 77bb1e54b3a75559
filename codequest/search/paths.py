"""Globs of paths, as git reads them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from codequest.errors import InvalidInputError, require


class PathGlobs:
    """Globs as in a .gitignore; those with ``!`` in front take files out, and alone mean all others.

    Args:
        globs: At least one.

    Raises:
        InvalidInputError: A glob that git would not understand.
        MissingDependencyError: ``pathspec`` is not installed.
    """

    def __init__(self, globs: Sequence[str]) -> None:
        pathspec = require("pathspec", extra="search")
        lines = ["*", *globs] if all(glob.startswith("!") for glob in globs) else list(globs)
        try:
            self._spec = pathspec.GitIgnoreSpec.from_lines(lines)
        except ValueError as error:
            raise InvalidInputError(f"Cannot read the globs {list(globs)}: {error}") from error

    def matching(self, paths: Collection[str]) -> set[str]:
        """Those of the paths that match."""
        return set(self._spec.match_files(paths))
