"""The actor that embeds, called here: shards, errors, shards that kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codequest.corpus.embedder import Embedder
from codequest.corpus.shard import ShardPlan
from codequest.version import __version__
from tests.corpus.material import TEXTS
from tests.corpus.test_shard import made
from tests.teachers.counting import CountingTeacher

arrow = pytest.importorskip("pyarrow")
pytest.importorskip("ray")


def worker(plan: ShardPlan, *, version: str = __version__, fingerprint: str | None = None) -> Any:
    from codequest.corpus.on_ray.worker import Begun, ShardWorker

    teacher = CountingTeacher()
    begun = Begun(plan.folder.parent, fingerprint or teacher.space.fingerprint, version, "run")
    return ShardWorker(Embedder("counting", loaded=teacher), plan, begun)


def said(made_worker: Any, **changes: Any) -> dict[str, Any]:
    row = {"number": 0, "count": 20, "new": True, "error": "", "message": "", "ids": TEXTS, "texts": TEXTS, **changes}
    return {name: value for name, [value] in made_worker(arrow.Table.from_pylist([row])).items()}


def test_a_shard_is_embedded_and_a_finished_one_passed_on(tmp_path: Path) -> None:
    plan = made(tmp_path)
    assert said(worker(plan)) == {"number": 0, "count": 20, "new": True, "error": "", "message": ""}
    assert plan.path(0).exists()
    assert said(worker(plan), number=1, new=False, ids=[], texts=[])["count"] == 20
    assert not plan.path(1).exists()
    assert said(worker(plan), number=-1, new=False, error="CorpusError", message="x")["message"] == "x"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"version": "0.0.1"}, f"A worker has codequest {__version__}, the run began with 0.0.1. Install the same."),
        (
            {"fingerprint": "other"},
            "A worker loaded another teacher than the run began with: the 8-d space of counting",
        ),
    ],
)
def test_what_is_wrong_with_a_worker_is_said_for_its_shards(
    tmp_path: Path, options: dict[str, str], message: str
) -> None:
    found = said(worker(made(tmp_path), **options))
    assert (found["error"], found["message"][: len(message)]) == ("CorpusError", message)


def test_a_folder_that_is_not_shared_is_said(tmp_path: Path) -> None:
    plan = made(tmp_path)
    plan.folder.rmdir()
    assert "is not there on a machine of the Ray cluster" in said(worker(plan))["message"]


def test_a_shard_on_which_workers_die_is_given_up(tmp_path: Path) -> None:
    plan = made(tmp_path)
    (plan.journals / "000000.run").write_bytes(b"....")
    assert said(worker(plan))["message"].startswith("Workers of Ray died 4 times while they embedded shard 0.")
