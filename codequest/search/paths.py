"""Globs of paths, as git reads them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from codequest.code.globs import git_globs


class PathGlobs:
    """Globs as in a .gitignore; those with ``!`` in front take files out, and alone mean all others.

    A file passes where one of the plain globs matches and none of those with ``!``, in whatever order they stand. Read
    as one .gitignore they would let a folder back in, but not the files in it.

    Args:
        globs: At least one.

    Raises:
        InvalidInputError: A glob that git would not understand.
        MissingDependencyError: ``pathspec`` is not installed.
    """

    def __init__(self, globs: Sequence[str]) -> None:
        wanted = [glob for glob in globs if not glob.startswith("!")]
        unwanted = [glob.removeprefix("!") for glob in globs if glob.startswith("!")]
        self._wanted, self._unwanted = git_globs(wanted or ["*"]), git_globs(unwanted)

    def matching(self, paths: Collection[str]) -> set[str]:
        """Those of the paths that match."""
        return set(self._wanted.match_files(paths)) - set(self._unwanted.match_files(paths))
