"""A killed run ends where an uninterrupted one does; two processes end where one does."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from codequest.errors import TrainingError
from codequest.teachers import CachedTeacher
from codequest.training import DistillationTrainer
from codequest.training.loop import last_checkpoint
from tests.training.conftest import TEXTS, Build, config, identical, tensors

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")

ROOT = Path(__file__).parents[2]
WRITTEN = ["model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json"]

SCRIPT = """
import json, os, signal, sys
import torch
from safetensors.torch import save_file
from codequest.encoders import LoRAQueryEncoder, ProjectionQueryEncoder
from codequest.teachers import LocalTeacher
from codequest.training import DistillationTrainer
from tests.training.conftest import TEXTS, config, tensors

torch.set_num_threads(int(os.environ["THREADS"]))
base, teacher_folder, folder, queries, settings, killed_at = sys.argv[1:]

def progress(description, done, total):
    if description == "training" and done == int(killed_at):
        os.kill(os.getpid(), signal.SIGKILL)

teacher = LocalTeacher(teacher_folder, device="cpu")
for kind in ("lora", "projection"):
    if kind == "lora":
        encoder = LoRAQueryEncoder.create(base, space=teacher.space, rank=4, device="cpu")
    else:
        encoder = ProjectionQueryEncoder.create(base, space=teacher.space, map="mlp", device="cpu")
    run = config(**json.loads(settings))
    output_dir = f"{folder}/{kind}"
    trainer = DistillationTrainer(
        encoder, teacher, TEXTS[:int(queries)], config=run, output_dir=output_dir, progress=progress
    )
    result = trainer.train()
    if os.environ.get("RANK", "0") == "0":
        save_file(tensors(encoder), f"{folder}/{kind}.safetensors")
        with open(f"{folder}/{kind}.json", "w") as file:
            json.dump([result.steps, result.best, result.history], file)
"""
SETTINGS = {"epochs": 3, "batch_size": 16, "evaluations": 4}  # 128 queries: 24 steps, a checkpoint every 6
KILLED_AT = 9

Launch = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def launch(tmp_path: Path, tiny_base: Path, tiny_teacher: Path) -> Launch:
    """Run the script in processes of their own."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")

    def run(folder: Path, *, processes: int = 1, killed_at: int = 0, **settings: Any) -> Any:
        folder.mkdir(exist_ok=True)
        launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
        given = [tiny_base, tiny_teacher, folder, 131, json.dumps({**SETTINGS, **settings}), killed_at]
        threads = str(torch.get_num_threads() if processes == 1 else 1)  # sums depend on how they are shared out
        return subprocess.run(
            [sys.executable, *(launcher if processes > 1 else []), str(script), *map(str, given)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "THREADS": threads},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def trained(
    build: Build, teacher: CachedTeacher, folder: Path, kind: str = "lora", **settings: Any
) -> tuple[dict[str, torch.Tensor], Any]:
    """What the script does, in this process."""
    encoder = build(kind)
    run = config(**{**SETTINGS, **settings})
    result = DistillationTrainer(encoder, teacher, TEXTS[:131], config=run, output_dir=folder).train()
    return tensors(encoder), (result.steps, result.best, result.history)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_run_resumes_to_the_very_same_weights(
    launch: Launch, build: Build, teacher: CachedTeacher, tmp_path: Path
) -> None:
    teacher = CachedTeacher(teacher.teacher)  # in the cache that the script uses
    whole = trained(build, teacher, tmp_path / "whole")
    process = launch(tmp_path, killed_at=KILLED_AT)
    killed = tmp_path / "lora"
    assert process.returncode == -signal.SIGKILL, process.stderr
    newest = last_checkpoint(killed)
    assert newest is not None
    assert newest.name == "checkpoint-6"
    for name in WRITTEN:  # the kill may have come while any of these was written
        copy = tmp_path / f"copy-{name}"
        shutil.copytree(killed, copy)
        shutil.copytree(newest, copy / "checkpoint-12")
        damaged = copy / "checkpoint-12" / name
        damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
        assert last_checkpoint(copy) == copy / "checkpoint-6"
        resumed = trained(build, teacher, copy)
        assert identical(resumed[0], whole[0]), name
        assert resumed[1] == whole[1], name


DAMAGES = [(name, content) for name in WRITTEN for content in (None, b"", b"garbage")]
# Nothing needs the state of the global generators: the sampler has its own, and there is no dropout.
DAMAGES.remove(("rng_state.pth", None))


@pytest.mark.parametrize(("name", "content"), DAMAGES)
def test_a_checkpoint_with_a_missing_or_damaged_file_is_passed_over(
    name: str, content: bytes | None, build: Build, teacher: CachedTeacher, tmp_path: Path
) -> None:
    trained(build, teacher, tmp_path, "projection", epochs=1, evaluations=2)
    assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-8"
    (tmp_path / "checkpoint-8" / name).unlink()
    if content is not None:
        (tmp_path / "checkpoint-8" / name).write_bytes(content)
    assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-4"


def test_an_interrupted_run_with_early_stopping_stops_where_the_whole_one_does(
    build: Build, teacher: CachedTeacher, tmp_path: Path
) -> None:
    settings = {"epochs": 20, "evaluations": 80, "learning_rate": 0.2, "schedule": "constant", "patience": 4}
    whole = trained(build, teacher, tmp_path / "whole", "projection", **settings)
    steps = whole[1][0]
    assert steps < 160

    def progress(description: str, done: int, total: int) -> None:
        if description == "training" and done == steps - 1:  # patience has begun to run out
            raise KeyboardInterrupt

    folder = tmp_path / "interrupted"
    run = config(**{**SETTINGS, **settings})
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        DistillationTrainer(
            build("projection"), teacher, TEXTS[:131], config=run, output_dir=folder, progress=progress
        ).train()
    resumed = trained(build, teacher, folder, "projection", **settings)
    assert resumed[1] == whole[1]
    assert identical(resumed[0], whole[0])


def test_two_processes_train_what_one_does(
    launch: Launch, build: Build, teacher: CachedTeacher, tmp_path: Path
) -> None:
    folder = tmp_path / "two"
    process = launch(folder, processes=2, batch_size=8)  # 8 each: the same 16 queries per step
    assert process.returncode == 0, process.stderr
    for kind in ("lora", "projection"):
        expected, (steps, best, history) = trained(build, teacher, tmp_path / "one" / kind, kind)
        found_steps, found_best, found_history = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
        assert found_steps == steps == 24
        assert [step for step, _ in found_history] == [step for step, _ in history]
        assert found_best == pytest.approx(best, abs=1e-4)
        found = load_file(folder / f"{kind}.safetensors")
        assert found.keys() == expected.keys()
        for name, tensor in expected.items():  # gradients are summed in another order
            torch.testing.assert_close(found[name], tensor, atol=1e-3, rtol=0)
        names = sorted(path.name for path in (folder / kind).iterdir())
        assert [name for name in names if name.startswith("run")] == ["run.txt"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_two_killed_processes_resume_to_the_very_same_weights(launch: Launch, tmp_path: Path) -> None:
    assert launch(tmp_path / "whole", processes=2, batch_size=8).returncode == 0
    assert launch(tmp_path / "killed", processes=2, batch_size=8, killed_at=KILLED_AT).returncode != 0
    assert last_checkpoint(tmp_path / "killed" / "lora") == tmp_path / "killed" / "lora" / "checkpoint-6"
    process = launch(tmp_path / "killed", processes=2, batch_size=8)
    assert process.returncode == 0, process.stderr
    for kind in ("lora", "projection"):
        whole, resumed = (load_file(tmp_path / name / f"{kind}.safetensors") for name in ("whole", "killed"))
        assert identical(whole, resumed)


def test_a_process_that_claims_the_folder_while_another_writes_agrees_with_it(
    build: Build, teacher: CachedTeacher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = DistillationTrainer(build("projection"), teacher, TEXTS[:20], config=config(), output_dir=tmp_path / "a")
    write, claims = Path.write_text, []

    def write_slowly(self: Path, *given: Any, **options: Any) -> int:
        self.touch()  # opened, and nothing written yet
        if not claims:
            claims.append("the other process")
            trainer._claim_folder()
        return write(self, *given, **options)

    monkeypatch.setattr(Path, "write_text", write_slowly)
    trainer._claim_folder()
    trainer._claim_folder()
    assert claims == ["the other process"]
    assert [path.name for path in trainer.output_dir.iterdir()] == ["run.txt"]
    other = DistillationTrainer(build("projection"), teacher, TEXTS[:21], config=config(), output_dir=tmp_path / "a")
    with pytest.raises(TrainingError, match="holds the checkpoints of another run"):
        other._claim_folder()
