"""An index for a search where there is none yet: made on the spot, with light vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codequest.code.repository import Repository
from codequest.errors import IndexNotFoundError
from codequest.progress import Progress, silent
from codequest.search.home import IndexHome
from codequest.texts import shell_word

if TYPE_CHECKING:
    from codequest.search.index_run import IndexRun


def index_at_once(path: str | Path, *, progress: Progress = silent) -> IndexRun | None:
    """Make an index of a folder that has none, for the search that comes next; None where there is one.

    Indexed is the work tree of git around the path, or else the folder itself.

    Args:
        path: A folder or file.
        progress: Called while files are read and chunks are embedded.

    Raises:
        IndexNotFoundError: That would be the home folder, or one around it, which nobody asked for.
        CodeIndexError: No folder, nothing to index, or it cannot be written.
    """
    try:
        IndexHome.find(path)
    except IndexNotFoundError:
        from codequest.search.index_run import build_index

        folder = folder_to_index(path)
        return build_index(folder, teacher=None, light=True, light_encoder=None, rebuild=False, progress=progress)
    return None


def folder_to_index(path: str | Path) -> Path:
    """The folder that a search of a path indexes where there is no index.

    Raises:
        IndexNotFoundError: It is the home folder, or one around it.
    """
    start = Path(path).expanduser().resolve()
    start = start.parent if start.is_file() else start
    repository = Repository.around(start)
    chosen = repository.top if repository and not _is_vast(repository.top) else start
    if _is_vast(chosen):
        raise IndexNotFoundError(
            f"{start} has no code index, and none is made of a home folder, or of one around it, without being told. "
            f"Search in a folder with code, or say that you mean it: codequest index {shell_word(str(chosen))}"
        )
    return chosen


def _is_vast(folder: Path) -> bool:
    return Path.home().resolve().is_relative_to(folder) or folder == folder.parent
