"""An index for a search where there is none yet: made on the spot, with light vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codequest.arguments import path_given
from codequest.code.git import Repository
from codequest.errors import IndexNotFoundError
from codequest.progress import Progress, silent
from codequest.search.home import IndexHome
from codequest.search.index import CodeIndex
from codequest.texts import shell_word

if TYPE_CHECKING:
    from codequest.encoders.base import QueryEncoder
    from codequest.search.index_run import IndexRun


def open_at_once(
    path: str | Path, *, encoder: str | QueryEncoder | None, refresh: bool = True, progress: Progress = silent
) -> tuple[CodeIndex, IndexRun | None]:
    """The index of a folder, made on the spot where there is none, and the run that made it.

    Indexed is the work tree of git around the path, or else the folder itself, with light vectors.

    Args:
        path: A folder or file.
        encoder: As for `CodeIndex.open`.
        refresh: As for `CodeIndex.open`.
        progress: Called while files are read and chunks are embedded.

    Raises:
        IndexNotFoundError: That would be the home folder, or one around it, which nobody asked for.
        CodequestError: As for `CodeIndex.open` and `CodeIndex.build`.
    """
    run = None
    try:
        IndexHome.find(path)
    except IndexNotFoundError:
        run = CodeIndex.build(folder_to_index(path), light=True, progress=progress)
    return CodeIndex.open(path, encoder=encoder, refresh=refresh), run


def folder_to_index(path: str | Path) -> Path:
    """The folder that a search of a path indexes where there is no index.

    Raises:
        IndexNotFoundError: It is the home folder, or one around it.
    """
    start = path_given(path, "The folder to search").resolve()
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
