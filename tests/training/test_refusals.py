"""What a run refuses, and how it says so."""

from pathlib import Path

import pytest

from codequest.data import RetrievalDataset
from codequest.encoders import QuantizedQueryEncoder
from codequest.errors import InvalidInputError, SpaceMismatchError, TrainingError
from codequest.teachers import CachedTeacher, LocalTeacher
from codequest.training import DistillationTrainer
from tests.training.conftest import TEXTS, Build, config, train

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")


def test_the_folder_of_another_run_is_refused(build: Build, teacher: CachedTeacher, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    train(build("projection"), teacher, TEXTS[:64], config=config(epochs=1), output_dir=folder)
    kept = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    with pytest.raises(TrainingError, match=r"holds the checkpoints of another run.*Choose another output_dir"):
        train(build("projection"), teacher, TEXTS[:65], config=config(epochs=1), output_dir=folder)
    (folder / "run.txt").unlink()  # checkpoints of unknown origin are no better
    with pytest.raises(TrainingError, match="holds the checkpoints of another run"):
        train(build("projection"), teacher, TEXTS[:64], config=config(epochs=1), output_dir=folder)
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == [p for p in kept if p.name != "run.txt"]


def test_a_folder_that_cannot_be_written_is_refused(build: Build, teacher: CachedTeacher, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    with pytest.raises(TrainingError, match="Checkpoints cannot be written to"):
        train(build("projection"), teacher, TEXTS[:64], output_dir=tmp_path / "file")


@pytest.mark.parametrize("kind", ["lora", "projection"])
@pytest.mark.parametrize("learning_rate", [1e15, 1e30])
def test_divergence_is_an_error_with_a_remedy(
    kind: str, learning_rate: float, build: Build, teacher: CachedTeacher
) -> None:
    run = config(learning_rate=learning_rate, epochs=2, warmup=0, schedule="constant")
    with pytest.raises(TrainingError, match=r"Training diverged.*Lower learning_rate, raise warmup"):
        train(build(kind), teacher, TEXTS[:64], config=run)


def test_what_cannot_be_trained_is_refused(
    build: Build, teacher: CachedTeacher, pairs: RetrievalDataset, tiny_teacher: Path
) -> None:
    quantized = QuantizedQueryEncoder.create(
        space=teacher.space, precision="int8", runtime="torch", weights=str(tiny_teacher)
    )
    with pytest.raises(InvalidInputError, match=r"QuantizedQueryEncoder has nothing to train. Train a LoRA"):
        DistillationTrainer(quantized, teacher, TEXTS)
    encoder = build("projection")
    with pytest.raises(InvalidInputError, match=r"losses \['infonce'\] compare queries with documents: give pairs="):
        DistillationTrainer(encoder, teacher, TEXTS, config=config(losses={"infonce": 1.0}))
    with pytest.raises(InvalidInputError, match="nothing to train on: of 0 train_queries and 0 pairs, none is left"):
        DistillationTrainer(encoder, teacher, [])
    with pytest.raises(InvalidInputError, match="1 train_queries and 0 pairs leave none to validate with"):
        DistillationTrainer(encoder, teacher, ["alone"])
    with pytest.raises(InvalidInputError, match="2 train_queries and 0 pairs leave none to validate with"):
        DistillationTrainer(encoder, teacher, ["Twice the same", "twice  the SAME"])
    with pytest.raises(InvalidInputError, match="of 60 train_queries and 60 pairs, none is left once the quer"):
        DistillationTrainer(encoder, teacher, TEXTS[:60], pairs=pairs, validation=pairs)
    with pytest.raises(InvalidInputError, match=r"train_queries\[1\] is empty or only whitespace"):
        DistillationTrainer(encoder, teacher, ["read", " "])
    with pytest.raises(InvalidInputError, match="exclude must be a list of strings, got str"):
        DistillationTrainer(encoder, teacher, TEXTS, exclude="sort a list")
    listwise = config(losses={"kl": 1.0})
    with pytest.raises(InvalidInputError, match=r"losses \['kl'\] compare queries with documents, and no pair is left"):
        DistillationTrainer(encoder, teacher, TEXTS, config=listwise, pairs=pairs, exclude=pairs.queries.values())


def test_an_encoder_that_was_trained_meanwhile_is_refused(build: Build, teacher: CachedTeacher) -> None:
    encoder = build("projection")
    trainer = DistillationTrainer(encoder, teacher, TEXTS[:64], config=config(epochs=1, seed=1))
    train(encoder, teacher, TEXTS[:64], config=config(epochs=1))
    with pytest.raises(TrainingError, match=r"weights of this encoder have changed since.*Make a new one"):
        trainer.train()


def test_only_what_stops_checkpoints_is_said_to_stop_them(build: Build, teacher: CachedTeacher) -> None:
    def gone(description: str, done: int, total: int) -> None:
        if description == "training":
            raise BrokenPipeError("the terminal is closed")

    with pytest.raises(BrokenPipeError, match="the terminal is closed"):
        train(build("projection"), teacher, TEXTS[:64], progress=gone)


def test_another_space_is_refused(build: Build, tiny_base: Path) -> None:
    other = LocalTeacher(str(tiny_base), device="cpu")
    with pytest.raises(SpaceMismatchError, match=r"This encoder cannot be trained by this teacher.*dim 32 against 48"):
        DistillationTrainer(build("projection"), other, TEXTS)
