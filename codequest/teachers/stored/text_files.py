"""The texts of stored vectors, where they are in a file of their own."""

from __future__ import annotations

from pathlib import Path

from codequest.errors import TeacherError
from codequest.json_files import parse_json, refuse_irregular
from codequest.teachers.stored.arrow_files import ARROW_FILES, read_arrow_texts

_EXPECTED = (
    'Expected .jsonl with a JSON string or an object with a "text" in each line, .txt with a text in each line, or '
    f"a column of {', '.join(ARROW_FILES)}."
)


def read_texts(path: Path, text_column: str | None = None) -> list[str]:
    """The texts of a file, row by row.

    Args:
        path: A ``.jsonl``, ``.txt``, ``.parquet``, ``.feather`` or ``.arrow``.
        text_column: The column with texts, if there is doubt.

    Raises:
        TeacherError: It is missing, damaged or not as expected.
        MissingDependencyError: pyarrow is needed and not installed.
    """
    try:
        if path.suffix in ARROW_FILES:
            return read_arrow_texts(path, text_column)
        refuse_irregular(path)
        with path.open(encoding="utf-8") as file:  # splitlines() would also split within a text, at U+2028
            lines = [line.rstrip("\n") for line in file]
        if path.suffix != ".jsonl":
            return lines
        records = [
            parse_json(line, where=f"line {number} of {path}", error=TeacherError, remedy=_EXPECTED)
            for number, line in enumerate(lines, start=1)
        ]
        return [record if isinstance(record, str) else record["text"] for record in records]
    except (OSError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise TeacherError(
            f"{path} cannot be read as the texts of the vectors ({type(error).__name__}: {error}). {_EXPECTED}"
        ) from error
