"""Work that is killed at random moments and done again.

Everything is imported once; each run is a process of its own, killed by SIGKILL after a random part of the time that
the work takes unkilled then. What the run after it ends with is compared with what an unkilled one ends with.

    python -m tests.kills.campaign WORK BASE TEACHER FOLDER KILLS SEED
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import random
import re
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch

from codequest.encoders import LoRAQueryEncoder, ProjectionQueryEncoder
from codequest.files import put_back
from codequest.space import Side
from codequest.teachers import CachedTeacher, LocalTeacher
from codequest.training import DistillationTrainer
from tests.training.conftest import TEXTS, config

CODE = {f"f{number}.py": f"def function_{number}(a):\n    return a + {number}\n" for number in range(60)}

_VARYING = re.compile(r"[0-9a-f]{12,}|(?<=/store/)\d+")  # digests, and numbers of an index's tables


def distill(base: str, teacher: str, place: Path) -> str:
    """A run with checkpoints, and its adapter."""
    source = LocalTeacher(teacher, device="cpu")
    encoder = LoRAQueryEncoder.create(base, space=source.space, rank=4, device="cpu")
    settings = config(epochs=3, batch_size=16, evaluations=6)
    DistillationTrainer(encoder, source, TEXTS[:131], config=settings, output_dir=place / "run").train()
    encoder.save_pretrained(place / "final")
    return ""


def index(base: str, teacher: str, place: Path) -> str:
    """An index of new and changed files, over an older one where there is one."""
    from codequest.search import CodeIndex
    from tests.search.conftest import write

    CodeIndex.build(write(place / "project", CODE), teacher=teacher)
    return _indexed(place)


def tiers(base: str, teacher: str, place: Path) -> str:
    """The same with light vectors first and the teacher's after them, which are published step by step."""
    from codequest.search import CodeIndex
    from tests.search.conftest import write

    run = CodeIndex.build(write(place / "project", CODE), teacher=teacher, light_encoder=_light(base, teacher, place))
    return f"{run.taught} of {run.chunks}: {_indexed(place)}"


def _indexed(place: Path) -> str:
    """What an index holds, and what its words find: each chunk once, and none by the words of one that is gone."""
    from tests.search.conftest import held, snapshot_of

    snapshot = snapshot_of(place / "project")
    found = [sorted(snapshot.texts(snapshot.lexical(word, limit=1000)[0].tolist())) for word in ("function", "other")]
    return str((sorted(held(place / "project")), found))


def older_light_index(base: str, teacher: str, place: Path) -> None:
    """What the runs over both tiers find: light vectors, of which the teacher has replaced none."""
    from codequest.search import CodeIndex
    from tests.search.conftest import write

    older = dict(list(CODE.items())[:20]) | {"f1.py": "def other():\n    return 1\n"}
    light = _light(base, teacher, place)
    CodeIndex.build(write(place / "project", older), teacher=teacher, light=True, light_encoder=light)


def _light(base: str, teacher: str, place: Path) -> Path:
    """The adapter of light vectors, which all places share."""
    from tests.encoders.conftest import build_static

    folder = place.parent / "light-adapter"
    return folder if folder.exists() else build_static(Path(base), Path(teacher)).save_pretrained(folder)


def searched(base: str, teacher: str, place: Path) -> str:
    """A search of what a killed run left."""
    from codequest.search import CodeIndex
    from tests.search.conftest import snapshot_of

    if not (place / "project" / ".codequest" / "index.json").exists():
        return "no index"
    index = CodeIndex.open(place / "project", encoder=None, refresh=False)
    assert index.search("function", mode="lexical")
    snapshot = snapshot_of(place / "project")
    assert (
        len(snapshot.cosines(np.ones(index.stats.space.dim, np.float32)).of(np.arange(index.stats.chunks)))
        == index.stats.chunks
    )
    assert snapshot.taught == index.stats.taught
    return "searched"


def older_index(base: str, teacher: str, place: Path) -> None:
    """What the runs of an index find."""
    from codequest.search import CodeIndex
    from tests.search.conftest import write

    older = dict(list(CODE.items())[:20]) | {"f1.py": "def other():\n    return 1\n"}
    CodeIndex.build(write(place / "project", older), teacher=teacher)


def _encoder(base: str, teacher: str, seed: int = 1) -> ProjectionQueryEncoder:
    space = LocalTeacher(teacher, device="cpu").space
    return ProjectionQueryEncoder.create(base, space=space, map="linear", device="cpu", seed=seed)


def export(base: str, teacher: str, place: Path) -> str:
    """A graph in place of an adapter; that of a static encoder, which is traced in seconds."""
    from tests.encoders.conftest import build_static

    build_static(Path(base), Path(teacher)).export(place / "final", runtime="onnx")
    return ""


def save(base: str, teacher: str, place: Path) -> str:
    """An adapter in place of another one, again and again."""
    encoder = _encoder(base, teacher)
    for _ in range(20):
        encoder.save_pretrained(place / "final")
    return ""


def older_adapter(base: str, teacher: str, place: Path) -> None:
    """What exports and saves replace."""
    _encoder(base, teacher, seed=0).save_pretrained(place / "final")


def cache(base: str, teacher: str, place: Path) -> str:
    """A teacher's vectors, in many small writes."""
    source = CachedTeacher(LocalTeacher(teacher, device="cpu"), place / "vectors.sqlite")
    vectors = np.concatenate([source.encode_queries(TEXTS[start : start + 8]) for start in range(0, 256, 8)])
    assert not source.missing(TEXTS, "query")
    return hashlib.sha256(vectors.tobytes()).hexdigest()


class _NotingTeacher(LocalTeacher):
    """Notes every batch that it has embedded, in a file that is there after a kill."""

    def __init__(self, folder: str, notes: Path) -> None:
        super().__init__(folder, device="cpu")
        self.batch_tokens, self._notes = 256, notes

    def embed_batch(self, texts: Sequence[str], side: Side) -> Any:
        vectors = super().embed_batch(texts, side)
        with self._notes.open("a", encoding="utf-8") as file:
            file.write(json.dumps([side, *texts]) + "\n")
        return vectors


def embed(base: str, teacher: str, place: Path) -> str:
    """A corpus in shards; of all batches at most one is embedded twice."""
    from codequest.adapters.reference_vectors import TEXTS as REFERENCE
    from codequest.corpus import embed_corpus

    source, notes = place / "corpus.jsonl", place.parent / f"{place.name}.batches"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS), encoding="utf-8")
    run = embed_corpus(source, place / "out", teacher=_NotingTeacher(teacher, notes), shard_size=100)
    counts = Counter(notes.read_text(encoding="utf-8").splitlines())
    twice = sum(count - 1 for batch, count in counts.items() if not set(json.loads(batch)) & {*REFERENCE})
    shards = _content(place / "out" / "documents")
    return f"{run.vectors} vectors: {shards}{f', {twice} batches again' if twice > 1 else ''}"


WORKS: dict[str, tuple[Callable[..., str], Callable[..., None] | None]] = {
    "distill": (distill, None),
    "index": (index, older_index),
    "tiers": (tiers, older_light_index),
    "export": (export, older_adapter),
    "save": (save, older_adapter),
    "cache": (cache, None),
    "embed": (embed, None),
}


class Campaign:
    """The kills of one work.

    Args:
        work: Its name.
        base: Folder of the encoders' model.
        teacher: Folder of the teacher's.
        folder: Where everything is written.
    """

    def __init__(self, work: str, base: str, teacher: str, folder: Path) -> None:
        self._given = base, teacher
        self._folder = folder
        self._work, self._before = WORKS[work]

    def run(self, kills: int, seed: int) -> dict[str, Any]:
        """The figures."""
        chance = random.Random(seed)
        self._import()
        whole = {older: self._whole(older) for older in (True, False)}
        took, reached, wrong = min(seconds for seconds, _ in whole.values()), 0, []
        for number in range(kills):
            expected = whole[bool(number % 2)][1]
            place = self._prepared(str(number), with_older=bool(number % 2))
            allowed = [_content(place / "final"), expected["final"]]
            child = self._start(place, self._work)
            time.sleep(chance.uniform(0, took))
            os.kill(child, signal.SIGKILL)
            reached += self._ended(child) == -signal.SIGKILL
            put_back(place / "final")
            between = _content(place / "final")
            if between not in allowed:
                wrong.append([number, "after the kill", between])
            if self._work in (index, tiers):
                assert self._ended(self._start(place, searched)) == 0
                said = (self._folder / f"{place.name}.result").read_text(encoding="utf-8")
                if said != "searched" and number % 2:  # there was an index before
                    wrong.append([number, "after the kill", said])
            assert self._ended(self._start(place, self._work)) == 0
            wrong += [[number, *different] for different in _differences(_described(place), expected)]
            shutil.rmtree(place)
        return {"kills": kills, "reached": reached, "seconds": round(took, 2), "wrong": wrong}

    def _import(self) -> None:
        """Import here what the work imports, so that no run has to, and none is killed before it has begun."""
        place = self._prepared("first", with_older=False)
        assert self._ended(self._start(place, self._work)) == 0
        for name in (self._folder / "first.modules").read_text(encoding="utf-8").split():
            with suppress(Exception):  # some can be imported by another one alone
                importlib.import_module(name)

    def _whole(self, with_older: bool) -> tuple[float, dict[str, Any]]:
        """Seconds that an unkilled run takes, and what it ends with."""
        place, began = self._prepared(f"whole-{with_older}", with_older=with_older), time.monotonic()
        assert self._ended(self._start(place, self._work)) == 0
        return time.monotonic() - began, _described(place)

    def _prepared(self, name: str, *, with_older: bool) -> Path:
        place = self._folder / name
        for folder in ("tmp", "cache"):
            (place / folder).mkdir(parents=True)
        if self._before and with_older:
            assert self._ended(self._start(place, self._before)) == 0
        return place

    def _start(self, place: Path, work: Callable[..., Any]) -> int:
        child = os.fork()
        if child:
            return child
        os.environ.update(TMPDIR=str(place / "tmp"), CODEQUEST_CACHE=str(place / "cache"))
        try:
            result = work(*self._given, place)
            (self._folder / f"{place.name}.result").write_text(result or "", encoding="utf-8")
            (self._folder / f"{place.name}.modules").write_text("\n".join(sys.modules), encoding="utf-8")
            os._exit(0)
        except BaseException:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
            os._exit(1)

    @staticmethod
    def _ended(child: int) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _described(place: Path) -> dict[str, Any]:
    """The result, and the names of everything there is, apart from each other those in the tables of an index.

    Lists of what was deleted in a file do not count: a run that ended before its kill has one more after it.
    """
    tables = place / "project" / ".codequest" / "store"
    paths = [path for path in place.rglob("*") if path.suffix != ".del"]
    names = {path: _VARYING.sub("…", str(path.relative_to(place))) for path in paths}
    return {
        "result": (place.parent / f"{place.name}.result").read_text(encoding="utf-8"),
        "final": _content(place / "final"),
        "names": sorted(name for path, name in names.items() if not path.is_relative_to(tables)),
        "tables": sorted(name for path, name in names.items() if path.is_relative_to(tables) and path.is_file()),
    }


def _content(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _differences(found: dict[str, Any], expected: dict[str, Any]) -> list[list[Any]]:
    """What is another one after the next run; tables may have been put together, which makes their files fewer."""
    same = {name: found[name] == expected[name] for name in ("result", "final", "names")}
    same["tables"] = not Counter(found["tables"]) - Counter(expected["tables"])
    return [["after the next run", name, found[name], expected[name]] for name in same if not same[name]]


if __name__ == "__main__":
    torch.set_num_threads(1)
    name, base, teacher, folder, kills, seed = sys.argv[1:]
    sys.stdout.write(json.dumps(Campaign(name, base, teacher, Path(folder)).run(int(kills), int(seed))))
