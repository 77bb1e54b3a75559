"""The .gitignore files of a folder that is listed without git."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codequest.code.globs import git_globs, is_understood
from codequest.code.inside import Inside
from codequest.code.slow_rules import RULES
from codequest.code.unwanted import MAX_BYTES
from codequest.errors import InvalidInputError
from codequest.texts import visible_line

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_MOST_STEPS = 100_000_000  # a rule that is tried on a path; half a minute
_LINE, _CHARACTER, _STAR = 400, 8, 200  # steps that it takes to read each


@dataclass(frozen=True, slots=True)
class FolderRules:
    """The rules of one .gitignore.

    Attributes:
        folder: Its folder, with a slash at the end.
        globs: Its globs.
        count: How many these are.
    """

    folder: str
    globs: GitIgnoreSpec
    count: int


class IgnoreRules:
    """Reads and applies the rules of a folder and of those in it.

    Args:
        inside: The folder.
    """

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._left = _MOST_STEPS

    def read(self, folder: str) -> list[FolderRules]:
        """The rules in a folder; none where it has none.

        Raises:
            MissingDependencyError: It has some, and ``pathspec`` is not installed.
            InvalidInputError: There are too many.
        """
        try:
            _, content = self._inside.read(f"{folder}{RULES}", most=MAX_BYTES)
        except OSError:
            return []
        lines = content.decode("utf-8", errors="replace").splitlines()
        self._spend(_LINE * len(lines) + _CHARACTER * len(content) + _STAR * content.count(b"*"), folder)
        understood = list(filter(is_understood, lines))
        return [FolderRules(folder, git_globs(understood), len(understood))]

    def leave_out(self, path: str, rules: list[FolderRules], *, is_folder: bool) -> bool:
        """Tell whether the innermost rules that speak of a path leave it out.

        Args:
            path: The path.
            rules: Those on the way to it, the innermost first.
            is_folder: Whether it is a folder.

        Raises:
            InvalidInputError: There are too many rules for so many paths.
        """
        for each in rules:
            self._spend(each.count, each.folder)
            name = path.removeprefix(each.folder) + ("/" if is_folder else "")
            decided = each.globs.check_file(name).include
            if decided is not None:
                return bool(decided)
        return False

    def _spend(self, steps: int, folder: str) -> None:
        self._left -= steps
        if self._left < 0:
            place = visible_line(f"{folder}{RULES}")
            raise InvalidInputError(
                f"The files of this folder cannot be listed without git: {place} and others like it have too "
                "many rules for so many files. Shorten them, or choose a folder inside."
            )
