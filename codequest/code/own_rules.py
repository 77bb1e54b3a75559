"""What a repository says itself of what is searched: a .codequestignore, and what .gitattributes call vendored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from codequest.code.globs import git_globs, is_understood
from codequest.errors import InvalidInputError
from codequest.texts import counted

IGNORE_FILE, ATTRIBUTES_FILE = ".codequestignore", ".gitattributes"

_MOST_GLOBS = 1000
_VENDORED, _GENERATED = "linguist-vendored", "linguist-generated"
_NOT = ("-{0}", "!{0}", "{0}=false", "{0}=0")


class OwnRules:
    """Globs as in a .gitignore: the last one that matches decides, one with ``!`` brings back.

    Brought back are files that are left out for the name of a folder around them, such as ``vendor``.

    Args:
        attributes: Content of a .gitattributes.
        ignore: Content of a .codequestignore, which comes after it.

    Raises:
        InvalidInputError: There are too many globs: each is tried on every path.
        MissingDependencyError: There are some, and ``pathspec`` is not installed.
    """

    def __init__(self, attributes: str = "", ignore: str = "") -> None:
        if ignore.count("\n") > _MOST_GLOBS:
            raise InvalidInputError(
                f"{IGNORE_FILE} has {counted(ignore.count(chr(10)), 'line')}, expected at most {_MOST_GLOBS:,}. "
                "Name folders instead of their files."
            )
        lines = [*islice(_from_attributes(attributes.splitlines()), _MOST_GLOBS), *ignore.splitlines()]
        understood = [line for line in lines if is_understood(line)]
        self._rules = git_globs(understood) if any(line.strip() for line in understood) else None
        self._brought_back = [line.strip()[1:].lstrip("/") for line in understood if line.startswith("!")]

    def open(self, folder: str) -> bool:
        """Tell whether files of a folder that is left out for its name are brought back."""
        if self._rules is None or not self._brought_back:
            return False
        below = any(glob.startswith(f"{folder}/") for glob in self._brought_back)
        return below or self._rules.check_file(f"{folder}/").include is False

    def leave_out(self, path: str, is_named_out: Callable[[str], bool]) -> bool:
        """Tell whether a file is left out, where one is whose folder is so for its name unless it is brought back."""
        if self._rules is None:
            return False
        decided = self._rules.check_file(path).include
        return decided is True or (decided is None and any(map(is_named_out, path.split("/")[:-1])))


def _from_attributes(lines: Iterable[str]) -> Iterator[str]:
    """Rules of a .gitignore for what attributes call vendored or generated, or call neither.

    A glob without a folder, such as ``*.html``, is vendored for the statistics of GitHub, most often: it leaves out
    nothing.
    """
    for line in lines:
        glob, *attributes = line.split()[:20] or [""]
        if not glob or glob.startswith(("#", '"', "[", "!")):
            continue
        for name in (_VENDORED, _GENERATED):
            if any(form.format(name) in attributes for form in _NOT):
                yield f"!{glob}"
            elif {name, f"{name}=true", f"{name}=1"}.intersection(attributes) and ("/" in glob or name == _GENERATED):
                yield glob
