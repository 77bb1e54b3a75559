"""Files and folders that are not written by hand here: vendored, built, generated, minified."""

from __future__ import annotations

import re
from pathlib import Path

INDEX_FOLDER = ".codequest"
"""Name of the folder that holds the index, inside the indexed one."""

MAX_BYTES = 1_000_000
"""Larger files are data or generated."""

# fmt: off
VENDORED_FOLDERS = frozenset((
    ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "node_modules", "bower_components", "jspm_packages",
    "vendor", "vendored", "_vendor", "third_party", "third-party", "thirdparty", "3rdparty", "extern", "external",
    "site-packages", "__pycache__", "dist", "Pods", "Carthage", ".gradle", ".idea", ".vscode", ".mypy_cache",
    ".ruff_cache", ".pytest_cache", ".eggs", "htmlcov", "__generated__",
))
"""Names of folders with the work of others or of tools, wherever they are."""

BUILT_FOLDERS = frozenset(("env", "build", "target", "out", "bin", "obj", "coverage", "generated", "gen"))
"""Names of folders that mostly hold what is built from sources; a repository may track sources in them."""
# fmt: on
_NAMES = re.compile(
    r"\.min\.(?:[cm]?js|css|html?)$|\.bundle\.js$|_pb2(?:_grpc)?\.pyi?$|\.pb\.(?:go|cc|h)$|\.g\.(?:dart|cs)$|\.designer\.cs$",
    re.I,
)
_MARK = re.compile(r"[^\w\s]")
_WIDE = re.compile("[\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af]")  # scripts that are written without spaces
_ENCODED = re.compile(r"[\w+/=%.~:?&-]{80,}")  # keys, images, addresses: one word, however long
_KEEP_OUT = (
    r"\bdo not (?:edit|modify|change)\b"
    r"(?!\s+(?!this\b|it\b|by hand|manually|directly|unless|or\b|the file\b|generated|below|above)[^\W_])"
)
_BANNER = re.compile(
    r"^\W*(?:this file is )?(?:automatically )?@generated\b(?=\W*$|\s+(?:by|from|with|using)\b|\s+SignedSource)"
    r"|^\W*<auto-?generated\b"
    r"|^\W*(?:warning\W+)?(?:(?:this|the) (?:file|code|class|module|package|header|source)(?: code)? )?"
    rf"(?:(?:is|was|has been|code|file) )*(?:automatically |auto-?)?generated\b.{{0,200}}{_KEEP_OUT}"
    rf"|^\W*{_KEEP_OUT}.{{0,200}}\bgenerated\b",
    re.I,
)
PROSE = (".md", ".markdown", ".mdx", ".rst", ".adoc", ".asc", ".txt", ".org", ".wiki", ".textile", ".tex")
"""Ends of names of documents."""

_PROSE_NAMES = re.compile(r"^(?:readme|change(?:s|log)|history|news|notice|contributing|todo|authors|install)$", re.I)
_LONG = 300  # characters of a line


def is_machine_made(file: Path, text: str) -> bool:
    """Tell whether a file is generated or minified: by its name, a banner in its first two lines, or its long lines.

    Documents may speak of what is generated, and have long lines.
    """
    if _NAMES.search(file.name):
        return True
    return not _is_document(file) and (_has_banner(text) or _is_minified(file, text))


def _is_document(file: Path) -> bool:
    return file.suffix.lower() in PROSE or bool(_PROSE_NAMES.match(file.name))


def _has_banner(text: str) -> bool:
    return any(_BANNER.search(line[:_LONG]) for line in text[: 10 * _LONG].split("\n", 2)[:2])


def _is_minified(file: Path, text: str) -> bool:
    """Tell whether lines are long on average, and most of the text is in long lines of code without spaces."""
    if len(text) <= _LONG * (text.count("\n") + 1):
        return False
    written = _is_prose if file.suffix.lower() == ".json" else _is_written
    return 2 * sum(len(line) for line in text.split("\n") if len(line) > _LONG and not written(line)) > len(text)


def _is_written(line: str) -> bool:
    """Tell whether somebody may have written a line: prose, a long word, or a list with a space after each comma."""
    without = _ENCODED.sub("", line)
    return len(without) <= _LONG or without.count(", ") > 0.9 * max(without.count(","), 10) or _is_prose(without)


def _is_prose(line: str) -> bool:
    """Tell whether a line has words and little else: code, data and markup have more marks, or no spaces."""
    marks = len(_MARK.findall(line))
    return marks < 0.12 * len(line) and (
        line.count(" ") > 0.1 * len(line) or len(_WIDE.findall(line)) > 0.3 * len(line)
    )
