"""Two machines as processes see them: two launchers with ranks of their own that find each other at an address."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from codequest.training.loop import last_checkpoint
from tests.training.conftest import identical
from tests.training.test_resume import KILLED_AT, ROOT, SCRIPT, SETTINGS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(os.name == "nt", reason="SIGKILL"),
]


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


class Nodes:
    """Two launchers on loopback.

    Args:
        models: Folders of base and teacher.
        place: For the script and caches; each node has its own cache.
    """

    def __init__(self, models: tuple[Path, Path], place: Path) -> None:
        self.models, self.place = models, place
        (place / "script.py").write_text(SCRIPT, encoding="utf-8")

    def run(self, *folders: Path, killed_at: int = 0) -> list[tuple[int, str]]:
        """Exit codes and errors of the nodes, each with its folder for checkpoints; they share one that is alone."""
        port, started = free_port(), []
        for rank, folder in enumerate(folders * (3 - len(folders))):
            folder.mkdir(exist_ok=True, parents=True)
            launcher = [
                "torch.distributed.run", "--nnodes", "2", "--node_rank", str(rank), "--nproc_per_node", "1",
                "--master_addr", "127.0.0.1", "--master_port", port,
            ]  # fmt: skip
            given = [*self.models, folder, 131, json.dumps({**SETTINGS, "batch_size": 8}), killed_at]
            environment = {
                "PYTHONPATH": str(ROOT),
                "THREADS": "1",
                "CODEQUEST_CACHE": str(self.place / f"cache-{rank}"),
            }
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", *launcher, str(self.place / "script.py"), *map(str, given)],
                    env={**os.environ, **environment},
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        heard = [process.communicate(timeout=600)[1] for process in started]
        return [(process.returncode, said) for process, said in zip(started, heard, strict=True)]


@pytest.fixture
def nodes(tiny_base: Path, tiny_teacher: Path, tmp_path: Path) -> Nodes:
    return Nodes((tiny_base, tiny_teacher), tmp_path)


def test_two_nodes_killed_in_a_later_epoch_resume_to_the_very_same_weights(nodes: Nodes, tmp_path: Path) -> None:
    assert 24 // SETTINGS["epochs"] < KILLED_AT  # of 24 steps
    assert [code for code, _ in nodes.run(tmp_path / "whole")] == [0, 0]
    killed = tmp_path / "killed"
    assert 0 not in [code for code, _ in nodes.run(killed, killed_at=KILLED_AT)]
    assert last_checkpoint(killed / "lora") == killed / "lora" / "checkpoint-6"
    assert [code for code, _ in nodes.run(killed)] == [0, 0]
    for kind in ("lora", "projection"):
        whole, resumed = (load_file(folder / f"{kind}.safetensors") for folder in (tmp_path / "whole", killed))
        assert identical(whole, resumed)


def test_nodes_that_do_not_share_the_checkpoints_are_refused(nodes: Nodes, tmp_path: Path) -> None:
    shared, alone = tmp_path / "shared", tmp_path / "alone"
    nodes.run(shared, killed_at=KILLED_AT)
    (alone / "lora").mkdir(parents=True)
    shutil.copy(shared / "lora" / "run.txt", alone / "lora" / "run.txt")
    ended = nodes.run(shared, alone)
    assert 0 not in [code for code, _ in ended]
    said = "The processes of this run see different checkpoints: checkpoint-6, none. Give all machines one"
    assert said in ended[0][1] + ended[1][1]
