"""Jupyter notebooks as text: their cells, each line where the file has it, without outputs and images.

The text is in the percent format that editors read (https://jupytext.readthedocs.io/en/latest/formats-scripts.html): a
cell begins with a line such as ``# %% [markdown]``. Every other line of the file is an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from codequest.errors import InvalidInputError
from codequest.json_files import parse_json

SUFFIX = ".ipynb"
MOST_BYTES = 10_000_000
"""A notebook with images is large; its cells are not."""

PROSE = "markdown"
"""Language of cells of prose."""

_MARKER = re.compile(r"# %% \[([^\]]*)\]$")
_RAW = "raw"
_IMAGE = re.compile(r"(?<=[(\"'])data:[\w.+/-]*;base64,[^)\"'\s]*", re.IGNORECASE)
_MAGIC = re.compile(r"\s*%%(bash|sh|sql|javascript|js|ruby|perl|html|R)\b")
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a notebook's text.

    Attributes:
        language: Its language; ``"markdown"`` of prose, ``"raw"`` of what is passed on as it is.
        first: First line below its marker, from 1.
        last: Last line, inclusive.
    """

    language: str
    first: int
    last: int


def notebook_text(content: str) -> str:
    """A notebook as text, each line of a cell where its file has it.

    Line numbers are those of the file, if each of its values has a line of its own, as Jupyter and others write it;
    else those of the file as it would be then.

    Args:
        content: The file.

    Raises:
        ValueError: It is no notebook: no JSON, or without cells.
    """
    notebook = parse_json(content, where="It", error=InvalidInputError, remedy="Save the notebook again.")
    if not isinstance(notebook, dict) or not any(
        isinstance(notebook.get(name), list) for name in ("cells", "worksheets")
    ):
        raise ValueError("no cells")
    lines: list[str] = []
    _write(notebook, _language(notebook), 0, lines)
    return "\n".join(lines).rstrip("\n") + "\n"


def cells(lines: Sequence[str]) -> Iterator[Cell]:
    """The cells of a notebook's text."""
    language, first = "", 0
    for number, line in enumerate(lines, start=1):
        marker = _MARKER.match(line)
        if marker:
            if language:
                yield Cell(language, first, number - 1)
            language, first = marker[1], number + 1
    if language:
        yield Cell(language, first, len(lines))


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    for group, key in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
        named = metadata.get(group) if isinstance(metadata, dict) else None
        if isinstance(named, dict) and (name := _plain(named.get(key))):
            return name
    return "python"


def _plain(name: Any) -> str:
    """The name of a language, or of its kernel; empty where it is none."""
    if not isinstance(name, str) or not re.fullmatch(r"[\w#+.-]{1,40}", name):
        return ""
    short = re.sub(r"^i?python[\d.]*$", "python", name.lower())
    return {"ir": "r", "sh": "bash", "js": "javascript"}.get(short, short)


def _write(value: Any, language: str, depth: int, lines: list[str]) -> None:
    """Add a line for each line of a value as JSON with a line for each of its parts."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if not value or not isinstance(value, dict | list):
        lines.append("")
        return
    cell = value if isinstance(value, dict) and isinstance(value.get("cell_type"), str) else None
    lines.append(f"# %% [{_language_of(cell, language)}]" if cell else "")
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if cell and key in ("source", "input"):
            lines += _source(part)
        else:
            _write(part, language, depth + 1, lines)
    lines.append("")


def _language_of(cell: dict[str, Any], usual: str) -> str:
    """The language of a cell: its own, that of its magic, or the usual one."""
    if cell["cell_type"] != "code":
        return _RAW if cell["cell_type"] == _RAW else PROSE
    metadata = cell.get("metadata")
    editor = metadata.get("vscode") if isinstance(metadata, dict) else None
    own = cell.get("language") or (editor.get("languageId") if isinstance(editor, dict) else None)
    magic = _MAGIC.match("\n".join(_source(cell.get("source", cell.get("input")))))
    return (_plain(magic[1]) if magic else "") or _plain(own) or usual


def _source(source: Any) -> list[str]:
    """The lines of a cell, between those of the brackets around them; pictures in them are left out."""
    parts = [part for part in (source if isinstance(source, list) else [source]) if isinstance(part, str)]
    text = "".join(parts).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    lines = _IMAGE.sub("", text.encode(errors="replace").decode()).removesuffix("\n").split("\n")
    in_one_line = not source or (not isinstance(source, list) and len(lines) == 1)
    return lines if in_one_line else ["", *lines, ""]
