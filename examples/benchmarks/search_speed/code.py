"""A folder of real code, of so many chunks."""

import itertools
import sysconfig
from pathlib import Path

from codequest.code.reading import readable_text, unwanted
from codequest.search.chunking.chunks import chunk_file

CHARACTERS = 1200  # of a chunk, as for a teacher of 384 tokens


def copy_code(folder, chunks):
    """Copy Python files of the standard library and the installed packages until they have so many chunks; once."""
    code = folder / "code"
    if code.exists():
        return
    paths = sysconfig.get_paths()
    roots = [Path(paths[name]) for name in ("stdlib", "purelib")]
    count = 0
    for root, file in itertools.chain.from_iterable(zip(itertools.repeat(root), _files(root)) for root in roots):
        path = f"{root.name}/{file.relative_to(root).as_posix()}"
        text, why = readable_text(path, file.read_bytes())
        if why or unwanted(path, file.stat().st_size):
            continue
        (code / path).parent.mkdir(parents=True, exist_ok=True)
        (code / path).write_text(text, encoding="utf-8")
        count += len(chunk_file(path, text, max_characters=CHARACTERS))
        if count >= chunks:
            return


def _files(root):
    """The files of a folder, sorted; those of packages only where the folder is not one itself."""
    return sorted(file for file in root.rglob("*.py") if "site-packages" not in file.relative_to(root).parts)
