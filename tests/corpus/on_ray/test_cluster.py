"""Clusters that are there, that are not, and of other versions; and how they are shared."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from codequest.corpus.on_ray.cluster import Workers, ray_cluster
from codequest.errors import CorpusError, InvalidInputError

pytest.importorskip("ray")

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("resources", "asked", "expected"),
    [
        ({"CPU": 4.0}, None, Workers(4, 1, 0)),
        ({"CPU": 16.0}, 3, Workers(3, 5, 0)),
        ({"CPU": 16.0, "GPU": 2.0}, None, Workers(2, 8, 1)),
        ({"CPU": 16.0, "GPU": 2.0}, 4, Workers(4, 4, 0)),
    ],
)
def test_there_is_a_worker_for_each_device(resources: dict[str, float], asked: int | None, expected: Workers) -> None:
    assert Workers.on(resources, asked) == expected


def test_more_workers_than_cores_and_no_cores_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="5 workers need as many CPU cores, and the Ray cluster has 4"):
        Workers.on({"CPU": 4.0}, 5)
    with pytest.raises(CorpusError, match="The Ray cluster has no CPU cores to embed on"):
        Workers.on({"memory": 1.0}, None)


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_where_nobody_answers_is_said_at_once(scheme: str) -> None:
    address = f"{scheme}127.0.0.1:{free_port()}"
    message = rf"The Ray cluster at '{address}' cannot be reached: .*Connection refused"
    with pytest.raises(CorpusError, match=message), ray_cluster(address):
        pass


def test_without_a_cluster_to_find_that_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    message = r"The Ray cluster at 'auto' cannot be reached: .*Leave --address out"
    with pytest.raises(CorpusError, match=message), ray_cluster("auto"):
        pass


OTHER_VERSION = """
import sys, ray
from codequest.corpus.on_ray.cluster import ray_cluster
from codequest.errors import CorpusError
ray.__version__ = "2.0.0"
try:
    with ray_cluster(sys.argv[1]):
        print("connected")
except CorpusError as error:
    print(error)
"""


@pytest.mark.slow
def test_another_version_of_ray_is_named() -> None:
    import ray

    started = ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=100 << 20)
    try:
        process = subprocess.run(
            [sys.executable, "-c", OTHER_VERSION, started.address_info["gcs_address"]],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        ray.shutdown()
    assert "runs other versions than this process: " in process.stdout, process.stderr
    assert "2.0.0" in process.stdout
    assert f"Ray: {ray.__version__}" in process.stdout
    assert "Install the same Ray and the same Python on all machines." in process.stdout
