"""Every reader of files that others wrote: reads a folder, and says what came out."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

TEXTS = ["sort a dict by value", "read file", "open the list (x) by value"]


def adapter(folder: Path) -> Any:
    """The vectors of an adapter; with digests that hold, they can only be the right ones."""
    from codequest.encoders import QueryEncoder

    return QueryEncoder.from_pretrained(folder, device="cpu").encode(TEXTS)


def adapter_of_a_stranger(folder: Path) -> None:
    """The same, after the digests were made to fit, as whoever writes a folder can do; any vectors will do."""
    path = folder / "config.json"
    try:
        values = json.loads(path.read_bytes() if path.is_file() else b"")
        for digests in (values["files"], values["encoder"].get("graph", {})):
            for name in filter(lambda name: (folder / name).is_file(), digests):
                digests[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        values.pop("own_vectors", None)
        path.write_text(json.dumps(values), encoding="utf-8")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    vectors = adapter(folder)
    assert np.isfinite(vectors).all()


def configuration(folder: Path) -> None:
    from codequest.adapters.folder import read_config

    read_config(folder)


def index(folder: Path) -> None:
    """An index of this user, so that it is read at all."""
    from codequest.search import CodeIndex
    from codequest.search.own_indexes import new_token

    path, token = folder / ".codequest" / "index.json", new_token(folder.resolve())
    if path.is_file():
        path.write_bytes(re.sub(rb'"token": "[0-9a-f]{32}"', f'"token": "{token}"'.encode(), path.read_bytes()))
    opened = CodeIndex.open(folder, encoder=None)
    opened.search("load entry", mode="lexical")
    opened.facets()


def cache(folder: Path) -> Any:
    from codequest.teachers import CachedTeacher
    from tests.teachers.counting import CountingTeacher

    return CachedTeacher(CountingTeacher(), folder / "vectors.sqlite").encode_queries(TEXTS)


def recipe(folder: Path) -> None:
    from codequest.training.recipes.reading import load_recipe

    load_recipe(folder / "recipe.toml")


def report(folder: Path) -> None:
    from codequest.evaluation import Report
    from codequest.json_files import read_bytes

    try:
        text = read_bytes(folder / "evaluation.json").decode()
    except (OSError, UnicodeDecodeError):
        return  # the caller's own file to read
    Report.from_json(text).to_markdown()


def bench(folder: Path) -> None:
    from codequest.bench.result import BenchResult

    BenchResult.load(folder / "bench.json")


def stored(folder: Path) -> None:
    from codequest.teachers import VectorsTeacher

    VectorsTeacher.from_folder(folder)


def dataset(folder: Path) -> None:
    from codequest.data import load_beir

    load_beir(folder)


def queries(folder: Path) -> None:
    from codequest.data import load_queries

    for path in sorted(folder.iterdir()):
        load_queries(path)


READERS: Mapping[str, Callable[[Path], Any]] = {
    reader.__name__: reader
    for reader in (
        adapter, adapter_of_a_stranger, configuration, index, cache, recipe, report, bench, stored, dataset, queries,
    )
}  # fmt: skip

_PIECES = (
    "sort ", "\x00", "\ud800", "é", "\U0001f469\u200d\U0001f467", "\u202e", "\u2003", "\t\n", "a" * 5000, "[MASK]",
    "\u017f", "\u0130", "\uff11", "\u0301" * 50, "{}",
)  # fmt: skip
_OBJECTS = (
    None, 7, 1.5, b"bytes", {"a": "b"}, {"a"}, [b"x"], [None], [["a"]], [""], ["a", 1], object(), range(3), [" \n"],
)  # fmt: skip


def odd_queries(rng: random.Random) -> Any:
    """What a caller might give to `encode`."""
    if rng.random() < 0.2:
        return rng.choice(_OBJECTS)
    texts = ["".join(rng.choices(_PIECES, k=rng.randrange(6))) for _ in range(rng.randrange(4))]
    return rng.choice((texts, tuple(texts), np.array(texts, dtype=object), "".join(texts)))
