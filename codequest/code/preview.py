"""What an index of a folder would hold, and what would be left out of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codequest.code.file_language import file_language
from codequest.code.inside import Inside
from codequest.code.listing import OWN_RULES, VENDORED, list_files
from codequest.code.reading import most_bytes, readable_text, unwanted
from codequest.errors import CodeIndexError, UnsafePathError
from codequest.progress import Progress, silent


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPreview:
    """What an index run would do with the files of a folder.

    Attributes:
        root: The folder.
        languages: Number of files that would be indexed by language, most first.
        skipped: How many files and folders would not be, by reason, most first.
        names: The paths of these, as far as they are known; folders end with a slash.
    """

    root: Path
    languages: Mapping[str, int]
    skipped: Mapping[str, int]
    names: Mapping[str, Sequence[str]]


def preview_index(path: str | Path, *, progress: Progress = silent) -> IndexPreview:
    """What an index run would do with the files of a folder; nothing is written.

    Args:
        path: The folder.
        progress: Told how many files are read.

    Raises:
        CodeIndexError: It is no folder.
    """
    root = Path(path).expanduser().resolve()
    if not root.is_dir():
        raise CodeIndexError(f"{root} is no folder. Give the folder whose code you want to search.")
    skipped: Counter[str] = Counter()
    listing = list_files(root, skipped)
    languages: Counter[str] = Counter()
    names: dict[str, list[str]] = defaultdict(list)
    for name in listing.left_out:
        names[VENDORED if name.endswith("/") else OWN_RULES].append(name)
    with Inside(root) as inside:
        for number, name in enumerate(listing.files, start=1):
            language, why = _judged(inside, name)
            if why:
                skipped[why] += 1
                names[why].append(name)
            elif language:
                languages[language] += 1
            progress("Reading files", number, len(listing.files))
    counts = {reason: count for reason, count in skipped.most_common() if count}
    return IndexPreview(root=root, languages=dict(languages.most_common()), skipped=counts, names=names)


def _judged(inside: Inside, name: str) -> tuple[str, str]:
    """The language of a file, and why it would not be indexed; both empty where it is gone."""
    try:
        status, content = inside.read(name, most=most_bytes(name))
    except (FileNotFoundError, NotADirectoryError):
        return "", ""
    except UnsafePathError as error:
        return "", str(error)
    except OSError:
        return "", "unreadable"
    why = unwanted(name, max(status.st_size, len(content)))
    text, why = ("", why) if why else readable_text(name, content)
    return ("", why) if why else (file_language(name, text), "")
