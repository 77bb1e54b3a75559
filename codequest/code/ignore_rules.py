"""The ignore rules of a folder that is listed without git."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
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
    """The rules of one file.

    Attributes:
        file: The file.
        folder: The folder in the listed one that they hold in, with a slash at the end.
        around: Path of the listed folder from where the globs start, with a slash at the end; empty for rules in it.
        globs: Its globs.
        count: How many these are.
    """

    file: str
    folder: str
    around: str
    globs: GitIgnoreSpec
    count: int

    def decide(self, path: str) -> bool | None:
        """Tell whether a path, with a slash at the end of a folder's, is left out; None where nothing speaks of it."""
        return self.globs.check_file(f"{self.around}{path.removeprefix(self.folder)}").include


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
        file = f"{folder}{RULES}"
        return self._read(self._inside, file, file, folder, "")

    def read_outer(self, root: Path, files: Iterable[tuple[Path, Path]]) -> list[FolderRules]:
        """The rules that hold in the listed folder and lie elsewhere; none where they leave out the folder itself.

        Args:
            root: The listed folder, without links.
            files: Their files, and the folder that the globs of each start from; what decides first is in front.

        Raises:
            MissingDependencyError: There are some, and ``pathspec`` is not installed.
            InvalidInputError: There are too many.
        """
        found: list[FolderRules] = []
        for file, start in files:
            around = f"{root.relative_to(start).as_posix()}/".removeprefix("./")
            with suppress(OSError), Inside(file.parent) as place:
                found += self._read(place, file.name, str(file), "", around)
        is_inner = any(each.around for each in found)
        return [] if is_inner and self.leave_out("", found, is_folder=False) else found

    def _read(self, place: Inside, name: str, file: str, folder: str, around: str) -> list[FolderRules]:
        try:
            _, content = place.read(name, most=MAX_BYTES)
        except OSError:
            return []
        lines = content.decode("utf-8", errors="replace").splitlines()
        self._spend(_LINE * len(lines) + _CHARACTER * len(content) + _STAR * content.count(b"*"), file)
        understood = list(filter(is_understood, lines))
        return [FolderRules(file, folder, around, git_globs(understood), len(understood))]

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
            self._spend(each.count, each.file)
            decided = each.decide(f"{path}/" if is_folder else path)
            if decided is not None:
                return bool(decided)
        return False

    def _spend(self, steps: int, file: str) -> None:
        self._left -= steps
        if self._left < 0:
            raise InvalidInputError(
                f"The files of this folder cannot be listed without git: {visible_line(file)} and others like it have "
                "too many rules for so many files. Shorten them, or choose a folder inside."
            )
