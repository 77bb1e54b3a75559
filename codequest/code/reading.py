"""Files worth indexing, and their text."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from codequest.code.formats.notebooks import MOST_BYTES as MOST_NOTEBOOK_BYTES
from codequest.code.formats.notebooks import SUFFIX as NOTEBOOK
from codequest.code.formats.notebooks import notebook_text
from codequest.code.secrets import holds_secret, is_secret_name
from codequest.code.unwanted import MAX_BYTES, is_machine_made

_DATA_BYTES = 100_000

# fmt: off
_LOCK = re.compile(
    r"\.lock$|[-.]lock\.(?:json|ya?ml)$|^(?:go\.sum|npm-shrinkwrap\.json|\.pnp\.c?js|composer\.lock|gradle\.lockfile)$",
    re.IGNORECASE,
)
_DATA = frozenset((
    ".csv", ".tsv", ".jsonl", ".ndjson", ".svg", ".map", ".snap", ".po", ".pot", ".dat", ".log", ".geojson",
    ".patch", ".diff", ".srt", ".vtt", ".plist", ".bib",
))
_BINARY = frozenset((
    ".png", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".bmp", ".tif", ".tiff", ".pdf", ".zip", ".gz", ".xz", ".bz2",
    ".zst", ".7z", ".tar", ".whl", ".jar", ".class", ".so", ".dll", ".dylib", ".exe", ".o", ".a", ".pyc", ".woff",
    ".woff2", ".ttf", ".otf", ".eot", ".mp3", ".mp4", ".wav", ".ogg", ".webm", ".mov", ".npy", ".npz", ".bin", ".pt",
    ".safetensors", ".onnx", ".parquet", ".sqlite", ".db", ".wasm",
))
_SIZED_DATA = frozenset((".json", ".xml", ".html", ".txt", ".yaml", ".yml"))
# fmt: on

_ROWS = re.compile(r"^(?:INSERT\s+INTO\b.*|\(.*\)[,;]|.*\t.*)$", re.MULTILINE | re.IGNORECASE)

SECRET, LARGE, BINARY, MADE = "may hold secrets", "larger than 1 MB", "binary", "generated or minified"
LARGE_NOTEBOOK, NO_NOTEBOOK = "notebook larger than 10 MB", "notebook that cannot be read"
LOCK, DATA, EMPTY = "lock file", "data", "empty"


def unwanted(path: str, size: int) -> str:
    """The reason why a file is not read, by its name and size; empty when it is.

    Args:
        path: Relative to the root, with forward slashes.
        size: In bytes.
    """
    file = PurePosixPath(path)
    suffix = file.suffix.lower()
    if is_secret_name(path):
        return SECRET
    if suffix in _BINARY:
        return BINARY
    if _LOCK.search(file.name):
        return LOCK
    if suffix in _DATA or (suffix in _SIZED_DATA and size > _DATA_BYTES):
        return DATA
    if size > most_bytes(path):
        return LARGE_NOTEBOOK if suffix == NOTEBOOK else LARGE
    return "" if size else EMPTY


def most_bytes(path: str) -> int:
    """Size of the largest file of this name that is read, in bytes; most of a notebook are its outputs."""
    return MOST_NOTEBOOK_BYTES if path.lower().endswith(NOTEBOOK) else MAX_BYTES


def readable_text(path: str, content: bytes) -> tuple[str, str]:
    """A file's text, or why it is not indexed.

    Args:
        path: Relative to the root.
        content: Content of the file.

    Returns:
        The text with lines ended by a newline character alone, invalid UTF-8 replaced, of a notebook its cells; and the
        reason. One of the two is empty.
    """
    text = _decoded(content)
    if text is None:
        return "", BINARY
    if path.lower().endswith(NOTEBOOK):
        try:
            text = notebook_text(text)
        except ValueError:
            return "", NO_NOTEBOOK
    why = _reason(path, text)
    return ("", why) if why else (text, "")


def _reason(path: str, text: str) -> str:
    """Why a text is not indexed; empty where it is."""
    if not text.strip():
        return EMPTY
    if holds_secret(path, text):
        return SECRET
    if is_machine_made(Path(path), text):
        return MADE
    return DATA if len(text) > _DATA_BYTES and path.lower().endswith(".sql") and _is_dump(text) else ""


def _is_dump(text: str) -> bool:
    """Tell whether most of a text are rows that are put into tables."""
    return 2 * sum(len(match.group()) for match in _ROWS.finditer(text)) > len(text)


def _decoded(content: bytes) -> str | None:
    """The content decoded as UTF-8, or as UTF-16 where its first bytes say so; None where it is not text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    elif b"\0" in content:
        return None
    else:
        text = content.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
