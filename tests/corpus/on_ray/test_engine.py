"""Corpora embedded on a real Ray cluster: the output of the other engine, whoever is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from codequest.corpus import CorpusRun, embed_corpus
from codequest.errors import CodequestError, CorpusError, InvalidInputError
from tests.corpus.material import TEXTS, jsonl
from tests.corpus.on_ray.noting import batches
from tests.corpus.test_run import content
from tests.teachers.counting import CountingTeacher

pytestmark = [
    pytest.mark.slow,  # a cluster takes ten seconds to begin
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.name == "nt", reason="SIGKILL"),
]
pytest.importorskip("ray")

MANY = [f"{text} {number}" for number in range(12) for text in TEXTS]


def on_ray(source: Path, out: Path, notes: Path, **options: Any) -> CorpusRun:
    given = {"teacher": f"noting:{notes}|0.05", "shard_size": 16, "engine": "ray", "workers": 2, **options}
    return embed_corpus(source, out, **given)


def whole(source: Path, tmp_path: Path) -> dict[str, bytes]:
    """What the local engine writes."""
    run = embed_corpus(source, tmp_path / "local", teacher=f"noting:{tmp_path / 'local.notes'}|0", shard_size=16)
    return shards(run.folder)


def shards(folder: Path) -> dict[str, bytes]:
    return {name: held for name, held in content(folder).items() if name.startswith("documents/")}


def worker_processes() -> list[psutil.Process]:
    """Those of the actors of this process's cluster."""
    own = psutil.Process().children(recursive=True)
    return [process for process in own if "ShardWorker" in " ".join(process.cmdline())]


def test_it_writes_what_the_local_engine_writes(cluster: Any, tmp_path: Path) -> None:
    source, said = jsonl(tmp_path / "corpus.jsonl", [*MANY, " "]), list[tuple[str, int, int]]()
    run = on_ray(source, tmp_path / "out", tmp_path / "notes", progress=lambda *now: said.append(now))
    assert (run.vectors, run.embedded, run.failed, run.reasons) == (240, 241, 1, {"d240": "the text is empty"})
    assert shards(run.folder) == whole(source, tmp_path)
    counts, processes = batches(tmp_path / "notes")
    assert set(counts.values()) == {1}
    assert len(processes) == 2
    assert [now for now in said if now[0] == "Embedding texts"][-1] == ("Embedding texts", 241, 241)
    assert on_ray(source, tmp_path / "out", tmp_path / "notes").embedded == 0


def test_a_worker_that_is_killed_costs_one_batch(cluster: Any, tmp_path: Path) -> None:
    source, killed = jsonl(tmp_path / "corpus.jsonl", MANY), list[int]()

    def progress(what: str, done: int, total: int) -> None:
        if what == "Embedding texts" and done >= 48 and not killed:
            [*_, process] = worker_processes()
            killed.append(process.pid)
            process.send_signal(signal.SIGKILL)

    run = on_ray(source, tmp_path / "out", tmp_path / "notes", progress=progress)
    assert killed
    assert run.vectors == 240
    assert shards(run.folder) == whole(source, tmp_path)
    assert sum(count - 1 for count in batches(tmp_path / "notes")[0].values()) <= 1


DRIVER = """
import sys
from codequest.corpus import embed_corpus
source, out, notes = sys.argv[1:]
embed_corpus(source, out, teacher=f"noting:{notes}|0.05", shard_size=16, engine="ray", workers=2)
"""


def test_a_driver_that_is_killed_costs_one_batch_for_each_worker(installed: Path, tmp_path: Path) -> None:
    source = jsonl(tmp_path / "corpus.jsonl", MANY)
    given = [sys.executable, "-c", DRIVER, str(source), str(tmp_path / "out"), str(tmp_path / "notes")]
    process = subprocess.Popen(given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    first = tmp_path / "out" / "documents" / "000002.parquet"
    until = time.monotonic() + 300
    while not first.exists() and time.monotonic() < until and process.poll() is None:
        time.sleep(0.05)
    process.kill()
    assert process.wait() == -signal.SIGKILL, process.stderr and process.stderr.read()
    assert not json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["complete"]
    run = subprocess.run(given, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stderr
    assert shards(tmp_path / "out") == whole(source, tmp_path)
    assert sum(count - 1 for count in batches(tmp_path / "notes")[0].values()) <= 2


def test_workers_that_die_again_and_again_end_the_run(cluster: Any, tmp_path: Path) -> None:
    source = jsonl(tmp_path / "corpus.jsonl", [*MANY[:40], "deadly"])
    with pytest.raises(CorpusError, match=r"Workers of Ray died 4 times while they embedded shard 2. Did they run out"):
        on_ray(source, tmp_path / "out", tmp_path / "notes")
    assert (tmp_path / "out" / "documents" / "000000.parquet").exists()


def test_what_fails_in_a_worker_or_the_reader_is_said(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = jsonl(tmp_path / "corpus.jsonl", MANY)
    monkeypatch.setattr("codequest.corpus.on_ray.engine.__version__", "0.0.1")
    with pytest.raises(CorpusError, match=r"A worker has codequest .*, the run began with 0.0.1. Install the same"):
        on_ray(source, tmp_path / "out", tmp_path / "notes")
    monkeypatch.undo()

    def progress(what: str, done: int, total: int) -> None:
        if what == "Embedding texts" and done == 16:
            source.write_text("", encoding="utf-8")

    with pytest.raises(CodequestError, match=r"corpus.jsonl(, line \d+ holds no JSON| changed while it was embedded)"):
        on_ray(jsonl(source, MANY * 20), tmp_path / "other", tmp_path / "notes", progress=progress)


def test_a_teacher_that_is_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"load the teacher themselves: give its name, not a CountingTeacher"):
        on_ray(jsonl(tmp_path / "corpus.jsonl"), tmp_path / "out", tmp_path / "notes", teacher=CountingTeacher())
