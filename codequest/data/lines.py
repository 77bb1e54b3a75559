"""Lines of text files, numbered for messages."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from codequest.errors import DatasetError
from codequest.files.packed import Unpacked
from codequest.json_files import refuse_irregular

_LONGEST = 2**26  # characters of a line; a few megabytes may unpack to any number


def refuse_outside(file: Path, folder: Path) -> Path:
    """The file, unless it is a link that leads out of the folder it was found in: whoever made that, chose the file.

    Args:
        file: In the folder.
        folder: As it was named; the files of a snapshot of the Hugging Face hub are links to its ``blobs``.

    Raises:
        DatasetError: It leads elsewhere.
    """
    real, named = Path(os.path.realpath(file)), Path(os.path.realpath(folder))
    if not any(real.is_relative_to(place) for place in (named, named.parent.parent / "blobs")):
        raise DatasetError(f"{file} is a link to {real}, outside of {folder}, and is not read. Copy the file there.")
    return file


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines of a text file that are not blank, gzipped or not, with their numbers.

    Raises:
        DatasetError: The file cannot be read, is truncated, is not UTF-8, or has a line that fills the memory.
    """
    try:
        refuse_irregular(path)
        with (
            gzip.open(path, "rt", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig") as lines
        ):
            unpacked = Unpacked(path, DatasetError)
            for number, line in enumerate(iter(partial(lines.readline, _LONGEST), ""), start=1):
                unpacked.add(len(line))
                if len(line) == _LONGEST:
                    raise DatasetError(f"{path}, line {number}: longer than {_LONGEST:,} characters, which no text is.")
                if line.strip():
                    yield number, line
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} cannot be read as UTF-8 text: {error}. Is it complete? Fetch it again.") from error
