"""Who writes a run's folder, and what names it."""

from pathlib import Path
from typing import Any

import pytest

from codequest.errors import TrainingError
from codequest.teachers import CachedTeacher
from codequest.training import DistillationTrainer
from codequest.training.run_folder import claim_folder, is_main_process, processes, sole_run
from tests.training.conftest import TEXTS, Build, config

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")


def test_a_process_that_claims_the_folder_while_another_writes_agrees_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, replace, claims = tmp_path / "a", Path.replace, []

    def replace_slowly(self: Path, target: Path) -> Path:
        if not claims:
            claims.append("the other process")
            claim_folder(folder, "a run")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_slowly)
    claim_folder(folder, "a run")
    claim_folder(folder, "a run")
    assert claims == ["the other process"]
    assert [path.name for path in folder.iterdir()] == ["run.txt"]
    with pytest.raises(TrainingError, match="holds the checkpoints of another run"):
        claim_folder(folder, "another run")


def test_two_processes_do_not_train_the_same_run_at_once_and_what_a_killed_one_left_goes(tmp_path: Path) -> None:
    claim_folder(tmp_path, "a run")
    for left in ("checkpoint-6", ".run.txt.codequest-0123456789ab"):
        (tmp_path / left).mkdir()
    (tmp_path / ".run.txt.codequest-0123456789ab" / "lock").touch()
    with sole_run(tmp_path):
        assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "run.txt"]
        (tmp_path / "checkpoint-12").mkdir()  # it is being written
        with pytest.raises(TrainingError, match="Another process is training this very run"), sole_run(tmp_path):
            pass
        assert (tmp_path / "checkpoint-12").is_dir()
    with sole_run(tmp_path):
        assert not (tmp_path / "checkpoint-12").exists()


def test_a_run_is_named_by_the_examples_of_a_step(
    build: Build, teacher: CachedTeacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def folder(**settings: Any) -> Path:
        return DistillationTrainer(build("projection"), teacher, TEXTS[:20], config=config(**settings)).output_dir

    alone = folder()
    assert folder() == alone
    assert folder(batch_size=8) != alone
    assert folder(gradient_accumulation=2) != alone
    assert (processes(), is_main_process()) == (1, True)
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "1")
    assert (processes(), is_main_process()) == (2, False)
    assert folder() != alone
