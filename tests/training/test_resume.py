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
    assert identical(resumed[0], whole[0])
    assert resumed[1] == whole[1]


DAMAGES = [(name, content) for name in WRITTEN for content in (None, b"", b"garbage")]
# Nothing needs the state of the global generators: the sampler has its own, and there is no dropout.
DAMAGES.remove(("rng_state.pth", None))


def test_a_checkpoint_with_a_missing_or_damaged_file_is_passed_over(
    build: Build, teacher: CachedTeacher, tmp_path: Path
) -> None:
    trained(build, teacher, tmp_path, "projection", epochs=1, evaluations=2)
    newest = tmp_path / "checkpoint-8"
    for name, content in DAMAGES:
        assert last_checkpoint(tmp_path) == newest
        whole = (newest / name).read_bytes()
        (newest / name).unlink()
        if content is not None:
            (newest / name).write_bytes(content)
        assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-4", (name, content)
        (newest / name).write_bytes(whole)


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


@pytest.mark.parametrize(("kind", "anew"), [("lora", False), ("projection", True)])
def test_an_interrupted_encoder_begins_again_and_ends_where_the_whole_run_does(
    kind: str, anew: bool, build: Build, teacher: CachedTeacher, tmp_path: Path
) -> None:
    whole = trained(build, teacher, tmp_path / "whole", kind)
    encoder, steps = build(kind), [KILLED_AT, 20]
    before, vectors = tensors(encoder), encoder.encode(TEXTS[:5])
    begun: list[int] = []

    def progress(description: str, done: int, total: int) -> None:
        if description == "training":
            begun.append(done)
            if steps and done == steps[0]:
                steps.pop(0)
                raise (KeyboardInterrupt if steps else RuntimeError("stop"))

    def new_trainer() -> DistillationTrainer:
        return DistillationTrainer(
            encoder, teacher, TEXTS[:131], config=config(**SETTINGS), output_dir=tmp_path / "run", progress=progress
        )

    trainer = new_trainer()
    for interruption in (KeyboardInterrupt, RuntimeError):
        with pytest.raises(interruption):
            trainer.train()
        assert identical(tensors(encoder), before)
        assert encoder.training == {}
        assert (encoder.encode(TEXTS[:5]) == vectors).all()
        trainer = new_trainer() if anew else trainer
    result = trainer.train()
    assert begun == [*range(1, 10), *range(7, 21), *range(19, 25)]  # always from the last checkpoint
    assert (result.steps, result.best, result.history) == whole[1]
    assert identical(tensors(encoder), whole[0])
    assert len(encoder.training["stages"]) == 1


def test_an_interrupted_second_stage_goes_on_from_the_first(
    build: Build, teacher: CachedTeacher, tmp_path: Path
) -> None:
    encoders = [build("lora"), build("lora")]
    for number, encoder in enumerate(encoders):
        folder = tmp_path / f"first-{number}"
        DistillationTrainer(encoder, teacher, TEXTS[:64], config=config(epochs=1), output_dir=folder).train()
    whole, encoder = encoders
    run = config(**SETTINGS, seed=1)
    DistillationTrainer(whole, teacher, TEXTS[:131], config=run, output_dir=tmp_path / "whole").train()
    stop = [KILLED_AT]
    stages = encoder.training

    def progress(description: str, done: int, total: int) -> None:
        if description == "training" and stop == [done]:
            stop.clear()
            raise KeyboardInterrupt

    trainer = DistillationTrainer(
        encoder, teacher, TEXTS[:131], config=run, output_dir=tmp_path / "interrupted", progress=progress
    )
    with pytest.raises(KeyboardInterrupt):
        trainer.train()
    assert encoder.training == stages
    trainer.train()
    assert encoder.training == whole.training
    for name, tensor in tensors(whole).items():  # merging low-rank updates once more rounds the frozen weights
        torch.testing.assert_close(tensors(encoder)[name], tensor, atol=1e-4, rtol=0)


FULL_DISK = """
import json, resource, shutil, signal, sys
from codequest.encoders import LoRAQueryEncoder
from codequest.errors import TrainingError
from codequest.teachers import CachedTeacher, LocalTeacher
from codequest.training import DistillationTrainer
from tests.training.conftest import TEXTS, config

base, teacher_folder, cache, folder, limits = sys.argv[1:]
teacher = CachedTeacher(LocalTeacher(teacher_folder, device="cpu"), cache)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

for limit in json.loads(limits):
    encoder = LoRAQueryEncoder.create(base, space=teacher.space, rank=4, device="cpu")

    def progress(description, done, total):
        if description == "training" and done == 1:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    run = config(epochs=1, evaluations=2)
    trainer = DistillationTrainer(encoder, teacher, TEXTS[:65], config=run, output_dir=folder, progress=progress)
    try:
        trainer.train()
    except TrainingError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    trainer.progress = lambda *now: None
    print("in the end", trainer.train().steps)
    shutil.rmtree(folder)
"""

FILLED_BY = ("model.safetensors", "optimizer.pt", "rng_state.pth", "trainer_state.json")


@pytest.mark.skipif(os.name == "nt", reason="RLIMIT_FSIZE")
@pytest.mark.slow
def test_a_full_disk_is_an_error_with_a_remedy_and_nothing_is_lost(
    build: Build, teacher: CachedTeacher, tiny_base: Path, tiny_teacher: Path, tmp_path: Path
) -> None:
    trained(build, teacher, tmp_path / "whole", epochs=1, evaluations=1)
    [checkpoint] = (tmp_path / "whole").glob("checkpoint-*")
    limits = json.dumps([(checkpoint / name).stat().st_size // 2 for name in FILLED_BY])
    given = [tiny_base, tiny_teacher, teacher.path, tmp_path / "run", limits]  # type: ignore[attr-defined]
    process = subprocess.run(
        [sys.executable, "-c", FULL_DISK, *map(str, given)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    said = process.stdout.strip().split("\n")
    assert len(said) == 2 * len(FILLED_BY)
    for first, last in zip(said[::2], said[1::2], strict=True):
        assert first.startswith(f"Checkpoints cannot be written to {tmp_path / 'run'}: ")
        assert first.endswith("start the same run again: it continues from the last whole checkpoint.")
        assert last == "in the end 4"


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
