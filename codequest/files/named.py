"""Names that people give, as folders."""

from __future__ import annotations

from pathlib import Path

from codequest.files.workplace import put_back


def folder_named(name: str | Path) -> Path | None:
    """The folder that a name is the path of, absolute; None where there is none, or the name cannot be a path."""
    try:
        folder = Path(name).expanduser()
        put_back(folder)
        return folder.resolve() if name != "" and folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # too long, of a user who is not there, with a NUL
        return None
