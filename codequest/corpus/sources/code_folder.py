"""A folder of code as a source: the chunks that Puma cuts it into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from codequest.code.inside import Inside
from codequest.code.listing import list_files
from codequest.code.reading import most_bytes, readable_text, unwanted
from codequest.corpus.sources.source import Record
from codequest.errors import UnsafePathError
from codequest.progress import Progress, silent
from codequest.search.chunking.chunks import chunk_file


class CodeSource:
    """The chunks of a folder or checkout, with ids such as ``src/app.py:10-25``.

    Args:
        root: The folder.
        max_characters: Longest chunk.
        prefix: Before the paths, which several folders may share.
    """

    def __init__(self, root: Path, *, max_characters: int, prefix: str = "") -> None:
        self.root, self.name, self.skipped = root, str(root), Counter[str]()
        self._most, self._prefix = max_characters, prefix

    def records(self, progress: Progress = silent) -> Iterator[Record]:
        """See `TextSource.records`."""
        self.skipped.clear()
        files = list_files(self.root, self.skipped).files
        with Inside(self.root) as inside:
            for number, path in enumerate(files, start=1):
                yield from self._chunks(path, self._text(inside, path))
                progress(f"Cutting {self.root.name} into chunks", number, len(files))

    def _chunks(self, path: str, text: str) -> Iterator[Record]:
        seen: Counter[str] = Counter()
        for chunk in chunk_file(path, text, max_characters=self._most) if text else ():
            place = f"{self._prefix}{path}:{chunk.start_line}-{chunk.end_line}"
            seen[place] += 1  # a long line has several chunks
            yield Record(place if seen[place] == 1 else f"{place}#{seen[place]}", chunk.embedded)

    def _text(self, inside: Inside, path: str) -> str:
        """The text of a file; empty where it is not read, which is counted, or is gone."""
        try:
            why = unwanted(path, inside.status(path).st_size)
            content = b"" if why else inside.read(path, most=most_bytes(path))[1]
            why = why or unwanted(path, len(content))
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except UnsafePathError as error:
            text, why = "", str(error)
        except OSError:
            text, why = "", "unreadable"
        else:
            text, why = ("", why) if why else readable_text(path, content)
        if why:
            self.skipped[why] += 1
        return text
