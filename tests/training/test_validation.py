"""What chooses the checkpoint."""

from typing import Any

import numpy as np
import pytest

from codequest.data import RetrievalDataset
from codequest.teachers import CachedTeacher
from codequest.training import DistillationTrainer
from tests.training.conftest import TEXTS, Build, config, ndcg, ndcg_of, train

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")


@pytest.mark.parametrize("losses", [{"cosine": 1.0}, {"kl": 1.0}])
def test_held_out_pairs_choose_the_checkpoint_whatever_the_loss(
    losses: Any, build: Build, teacher: CachedTeacher, pairs: RetrievalDataset
) -> None:
    encoder = build("projection")
    run = config(losses=losses, epochs=4, evaluations=4, learning_rate=0.03, schedule="constant")
    trainer = DistillationTrainer(encoder, teacher, TEXTS[60:], config=run, pairs=pairs)
    held_out = trainer.data.validation
    assert held_out is not None
    assert len(held_out.queries) == 3
    result = trainer.train()
    assert result.measure == "nDCG@10"
    assert result.best == max(value for _, value in result.history)
    scores = (
        encoder.encode(list(held_out.queries.values())) @ teacher.encode_documents(list(pairs.documents.values())).T
    )
    own = [list(pairs.documents).index(document) for judged in held_out.qrels.values() for document in judged]
    ranks = 1 + (scores > scores[np.arange(3), own][:, None]).sum(1)
    assert float(np.where(ranks <= 10, 1 / np.log2(ranks + 1), 0).mean()) == pytest.approx(result.best, abs=1e-6)


def test_the_last_step_is_measured_and_kept(build: Build, teacher: CachedTeacher) -> None:
    result = train(build("projection"), teacher, TEXTS[:65], config=config(batch_size=8, epochs=1.3, evaluations=4))
    assert result.steps == 11
    assert [step for step, _ in result.history] == [3, 6, 9, 11]
    assert (result.folder / "checkpoint-11").is_dir()


def test_validation_documents_choose_the_best_checkpoint(
    build: Build, teacher: CachedTeacher, pairs: RetrievalDataset
) -> None:
    encoder = build("projection")
    run = config(losses={"cosine": 1.0}, epochs=6, evaluations=6, learning_rate=0.03, schedule="constant")
    result = train(encoder, teacher, config=run, validation=pairs)
    assert result.measure == "nDCG@10"
    assert len(result.history) == 6
    values = [value for _, value in result.history]
    assert result.best == max(values)
    assert min(values) < result.best  # some checkpoint is worse, so choosing matters
    assert ndcg(encoder, teacher, pairs) == pytest.approx(result.best, abs=1e-6)
    own = teacher.encode_queries(list(pairs.queries.values()))
    assert ndcg_of(own, teacher, pairs) == pytest.approx(result.yardstick, abs=1e-6)


def test_a_cosine_is_compared_with_that_of_different_queries(build: Build, teacher: CachedTeacher) -> None:
    trainer = DistillationTrainer(build("projection"), teacher, TEXTS, config=config(epochs=1))
    assert len(trainer.data.held_out) > 1
    vectors = teacher.encode_queries(trainer.data.held_out)
    cosines = vectors @ vectors.T
    different = cosines[~np.eye(len(cosines), dtype=bool)]
    assert trainer.train().yardstick == pytest.approx(float(different.mean()), abs=1e-5)
