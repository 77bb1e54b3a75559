"""The folder of a report: the page, its figures and its numbers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from codequest.errors import InvalidInputError
from codequest.files import replace_file, tidy
from codequest.json_files import read_json
from codequest.report.figures.draw import FIGURES, Image
from codequest.report.figures.style import THEMES
from codequest.report.page.render import render_page
from codequest.report.study import SCHEMA, Study

PAGE = "index.html"
NUMBERS = "report.json"
_IMAGES = "figures"


def check_folder(folder: str | Path) -> Path:
    """Refuse, before anything is measured, a folder that a report cannot be written to.

    Returns:
        The folder.

    Raises:
        InvalidInputError: It holds something else than an earlier report, or nothing can be written there.
    """
    folder = Path(folder).expanduser().resolve()
    try:
        if folder.exists():
            tidy(folder)
            tidy(folder / _IMAGES)
            foreign = sorted(str(path.relative_to(folder)) for path in _files(folder) if path not in _own(folder))
            if foreign or not _is_report(folder):
                shown = f": {', '.join(foreign[:3])}" if foreign else ""
                raise InvalidInputError(
                    f"{folder} holds something else than an earlier report{shown}. "
                    "Choose a new folder, or an empty one."
                )
        existing = next(path for path in (folder, *folder.parents) if path.exists())
    except OSError as error:
        raise InvalidInputError(
            f"The report cannot be written to {folder}: {error.strerror or error}. Choose another folder."
        ) from error
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise InvalidInputError(
            f"The report cannot be written to {folder}: {existing} is not a folder with write permission. "
            "Choose another folder."
        )
    return folder


def write_report(folder: str | Path, study: Study, images: Sequence[Image]) -> Path:
    """Write page, figures and numbers; an earlier report there is replaced.

    Returns:
        The page.

    Raises:
        InvalidInputError: It holds something else than an earlier report, or cannot be written.
    """
    folder = check_folder(folder)
    contents = {folder / NUMBERS: study.to_json().encode(), folder / PAGE: render_page(study, images).encode()}
    for image in images:
        for ending, content in (("png", image.png), ("svg", image.svg)):
            contents[folder / _IMAGES / f"{image.name}-{image.theme}.{ending}"] = content
    try:
        for path in _own(folder) - set(contents):
            path.unlink(missing_ok=True)
        for path, content in contents.items():  # the numbers first: they say that this is a report
            replace_file(path, content)
    except OSError as error:
        raise InvalidInputError(
            f"The report cannot be written to {folder}: {error.strerror or error}. Choose another folder."
        ) from error
    return folder / PAGE


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise NotADirectoryError(20, f"{folder.name} is not a folder")
    return [path for path in folder.rglob("*") if not path.is_dir()]


def _own(folder: Path) -> set[Path]:
    """Every file that a report may have."""
    names = (f"{name}-{theme.name}.{ending}" for name in FIGURES for theme in THEMES for ending in ("png", "svg"))
    return {folder / PAGE, folder / NUMBERS, *(folder / _IMAGES / name for name in names)}


def _is_report(folder: Path) -> bool:
    """Tell whether the folder is empty, or has the numbers of an earlier report."""
    if not _files(folder):
        return True
    try:
        values = read_json(folder / NUMBERS, dict[str, Any], error=InvalidInputError, remedy="", most_bytes=None)
    except InvalidInputError:
        return False
    return values.get("schema") == SCHEMA
