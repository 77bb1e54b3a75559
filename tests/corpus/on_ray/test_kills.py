"""Twenty kills of drivers and workers at random moments: the same output, and at most a batch of each done twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.material import jsonl
from tests.corpus.on_ray.noting import batches
from tests.corpus.on_ray.test_engine import MANY, shards, whole, worker_processes

pytest.importorskip("ray")

KILLS = 20
DRIVER = """
import sys
from codequest.corpus import embed_corpus
source, out, notes, address = sys.argv[1:]
teacher = f"noting:{notes}|0.02"
embed_corpus(source, out, teacher=teacher, shard_size=16, engine="ray", workers=2, address=address)
"""


def driver(source: Path, place: Path, address: str) -> subprocess.Popen[str]:
    given = [sys.executable, "-c", DRIVER, str(source), str(place / "out"), str(place / "notes"), address]
    return subprocess.Popen(given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> None:
    _, heard = process.communicate(timeout=300)
    assert process.returncode == 0, heard


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 120
    while not path.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_whoever_is_killed_whenever_the_output_is_the_same(cluster: Any, tmp_path: Path) -> None:
    address = cluster.get_runtime_context().gcs_address
    source, chance = jsonl(tmp_path / "corpus.jsonl", MANY), random.Random(19)
    expected = whole(source, tmp_path)
    (tmp_path / "whole").mkdir()
    first, began = driver(source, tmp_path / "whole", address), time.monotonic()
    wait_for(tmp_path / "whole" / "out" / "manifest.json", first)
    before = time.monotonic() - began
    ended(first)
    takes, reached = time.monotonic() - began - before, 0
    for number in range(KILLS):
        place = tmp_path / str(number)
        place.mkdir()
        process = driver(source, place, address)
        wait_for(place / "out" / "manifest.json", process)
        time.sleep(chance.uniform(0, takes))
        running = process.poll() is None
        if number % 2:
            workers = worker_processes()
            for worker in workers[: 1 if running else 0]:
                worker.send_signal(signal.SIGKILL)
            reached += bool(workers) and running
        else:
            process.kill()
            process.communicate()
            reached += running
            process = driver(source, place, address)
        ended(process)
        assert shards(place / "out") == expected, number
        twice = sum(count - 1 for count in batches(place / "notes")[0].values())
        assert twice <= (1 if number % 2 else 2), number
    assert reached >= KILLS // 2  # the others had ended, or had no worker yet
