"""The demo's last step: the functions that were searched and measured, as files that Puma indexes."""

from __future__ import annotations

from collections import defaultdict

from codequest.demo.corpus import StandardLibrary
from codequest.demo.tour import ADAPTERS, TEACHER
from codequest.files import cache_root
from codequest.progress import Progress, silent
from codequest.search import CodeIndex
from codequest.training import digest

PUMA_QUERIES = ("parse an ISO 8601 date", "unpack an archive", "is an ip address private")


def index_library(library: StandardLibrary, *, progress: Progress = silent) -> CodeIndex:
    """Index the test functions of the standard library, without their docstrings, as `codequest index` does.

    Args:
        library: Its test functions are written to files that are named as the modules they come from. What the teacher
            has embedded before is taken from the cache.
        progress: Called while what is left is embedded.

    Returns:
        The index, searched by the encoder that the demo searches with.
    """
    files = _files(library)
    folder = cache_root() / "demo" / f"library-{digest(files)}"
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    CodeIndex.build(folder, teacher=f"auto:{TEACHER}", progress=progress)
    return CodeIndex.open(folder, encoder=ADAPTERS[-1])


def _files(library: StandardLibrary) -> dict[str, str]:
    functions: dict[str, list[str]] = defaultdict(list)
    for key in sorted(library.test.documents, key=_place):
        functions[_place(key)[0]].append(library.test.documents[key])
    return {path: "\n\n\n".join(codes) + "\n" for path, codes in functions.items()}


def _place(key: str) -> tuple[str, int]:
    path, _, line = key.rpartition(":")
    return path, int(line)
