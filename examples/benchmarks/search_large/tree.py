"""A large tree and its index, written through the store."""

import hashlib
import itertools
import re
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timezone
from functools import lru_cache

from search_large.vectors import seeds, spread
from search_speed.code import CHARACTERS

from codequest.adapters import find_adapter
from codequest.adapters.folder import read_config
from codequest.search.chunking.chunks import chunk_file
from codequest.search.freshness.states import state_at
from codequest.search.freshness.watched import list_watched
from codequest.search.home import IndexHome
from codequest.search.meta import IndexMeta, IndexStats
from codequest.search.own_indexes import new_token
from codequest.search.scan import FileRecord
from codequest.search.store import ChunkStore
from codequest.version import __version__

AT_ONCE, RENAMED = 8192, 30  # percent of the words
WORD = re.compile(r"[A-Za-z]{4,}")


def write_tree(folder, root, count):
    """Copies of the code, other in some words, and their index of so many chunks; says how long that took."""
    began = time.monotonic()
    space = read_config(find_adapter("static")).space
    files = {file.relative_to(folder / "code").as_posix(): file.read_text() for file in (folder / "code").rglob("*.py")}
    real = {path: chunk_file(path, text, max_characters=CHARACTERS) for path, text in sorted(files.items())}
    vectors = spread(seeds(folder, [chunk for chunks in real.values() for chunk in chunks]), count)
    root.mkdir()
    home = IndexHome.for_writing(root)
    store, kinds, records = ChunkStore(home.folder), Counter(), []
    with home.locked(lambda *_: None), store.begin({}, dim=space.dim) as writer:
        for part in batches(itertools.islice(copies(real), count)):
            writer.add(part, next(vectors)[: len(part)], tier="teacher")
            kinds.update(chunk.kind for chunk in part)
            records += write_files(root, part)
        states, clock = {record.path: record for record in records}, home.clock()
        writer.replace_files([settled(root, record).to_dict() for record in states.values()])
        writer.replace_watched(list_watched(root, clock, Counter())[1])
        meta = IndexMeta(stats=stats(space, len(states), kinds), versions=writer.finish(), token=new_token(home.root))
        home.publish(meta)
    return f"{sum(kinds.values()):,} chunks of {len(states):,} files in {time.monotonic() - began:.0f} s."


def copies(real):
    """Chunks without end: of the code, and of copies of it that say some of it in other words."""
    for number in itertools.count():
        for path, chunks in real.items():
            for chunk in chunks:
                yield chunk if not number else renamed(chunk, f"part{number}/{path}", number)


def renamed(chunk, path, number):
    ending = chr(97 + number % 26) + chr(97 + number // 26 % 26) + "q"

    def other(found):
        word = found.group()
        return word + ending if is_other(word, number) else word

    return replace(chunk, path=path, text=WORD.sub(other, chunk.text), symbol=WORD.sub(other, chunk.symbol))


@lru_cache(200_000)
def is_other(word, number):
    return hashlib.blake2b(f"{number}{word}".encode(), digest_size=2).digest()[0] * 100 < RENAMED * 256


def batches(chunks):
    while part := list(itertools.islice(chunks, AT_ONCE)):
        yield part


def write_files(root, part):
    """Files with the chunks of a part, and their records; a file of two parts gets those of both."""
    for path, chunks in itertools.groupby(part, key=lambda chunk: chunk.path):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8", errors="replace") as opened:
            opened.writelines(f"{chunk.text}\n" for chunk in chunks)
        yield FileRecord.of(path, (0, 0, 0, 0), digest="-", language="python")


def settled(root, record):
    size, modified, changed, inode = state_at(str(root / record.path))
    return replace(record, size=size, modified=modified, changed=changed, inode=inode)


def stats(space, files, kinds):
    return IndexStats(
        files=files,
        chunks=sum(kinds.values()),
        languages={"python": files},
        kinds=dict(kinds.most_common()),
        space=space,
        teacher=space.teacher,
        light="",
        taught=sum(kinds.values()),
        updated=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        codequest_version=__version__,
    )
