import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from codequest.data import RetrievalDataset, normal_form
from codequest.encoders import QueryEncoder, TrainableQueryEncoder
from codequest.progress import StopTraining, silent
from codequest.teachers import CachedTeacher
from codequest.training import DataWarning, DistillationTrainer
from codequest.training.loop import DistillationLoop
from codequest.training.targets import compute_targets
from tests.training.conftest import TEXTS, Build, config, identical, mean_cosine, ndcg, tensors, train

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")

KINDS = ["lora", "projection"]


def frozen(encoder: TrainableQueryEncoder) -> dict[str, torch.Tensor]:
    """The base's own weights, low-rank updates taken out."""
    encoder.begin_training()
    trained = set(map(id, encoder.trained_tensors().values()))
    state = {name: value.clone() for name, value in encoder.backbone.named_parameters() if id(value) not in trained}
    encoder.end_training()
    return state


@pytest.mark.parametrize("kind", KINDS)
def test_training_beats_the_closed_form_start(
    kind: str, build: Build, teacher: CachedTeacher, tmp_path: Path, losses: list[float]
) -> None:
    start, encoder = build(kind), build(kind)
    trainer = DistillationTrainer(encoder, teacher, TEXTS, config=config())
    inputs = start.prepare(trainer.data.queries)
    start.initialize(inputs, teacher.encode_queries(trainer.data.queries))
    start.end_training()
    before = frozen(encoder)
    result = trainer.train()
    assert losses[-1] < 0.9 * losses[0]
    held_out = trainer.data.held_out
    ridge, trained = mean_cosine(start, teacher, held_out), mean_cosine(encoder, teacher, held_out)
    assert trained > ridge + 0.005
    assert (result.measure, result.steps) == ("cosine", 48)
    assert trained == pytest.approx(result.best, abs=1e-5)
    assert [step for step, _ in result.history] == [16, 32, 48]
    assert result.best == max(value for _, value in result.history)
    after = frozen(encoder)
    assert before.keys() == after.keys()
    for name, weight in before.items():
        # merging low-rank updates into a weight and taking them out again rounds it
        torch.testing.assert_close(after[name], weight, atol=1e-6 if kind == "lora" else 0, rtol=0)
    saved = encoder.save_pretrained(tmp_path / "adapter")
    again = QueryEncoder.from_pretrained(saved, device="cpu")
    np.testing.assert_allclose(again.encode(TEXTS[:9]), encoder.encode(TEXTS[:9]), atol=1e-5)
    (stage,) = again.training["stages"]
    assert stage["validation"] == {"on": "5 queries", "measure": "cosine", "best": pytest.approx(result.best)}
    assert (stage["queries"], stage["pairs"], stage["steps"]) == (251, 0, 48)


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_decides_every_bit(kind: str, build: Build, teacher: CachedTeacher, tmp_path: Path) -> None:
    trained = []
    for run, seed in enumerate([7, 7, 8]):
        encoder = build(kind)
        train(encoder, teacher, TEXTS[:100], config=config(seed=seed, epochs=1), output_dir=tmp_path / str(run))
        trained.append(tensors(encoder))
    assert identical(trained[0], trained[1])
    assert not identical(trained[0], trained[2])


def test_other_starting_weights_are_another_run(build: Build, teacher: CachedTeacher) -> None:
    first, second = build("lora"), build("lora", seed=1)
    folders = {train(encoder, teacher, TEXTS[:50], config=config(epochs=1)).folder for encoder in (first, second)}
    assert len(folders) == 2
    assert not identical(tensors(first), tensors(second))


@pytest.mark.parametrize("kind", KINDS)
def test_refinement_raises_ndcg_on_its_pairs(
    kind: str, build: Build, teacher: CachedTeacher, pairs: RetrievalDataset
) -> None:
    encoder = build(kind)
    train(encoder, teacher, config=config(epochs=1, evaluations=1))
    regressed = ndcg(encoder, teacher, pairs)
    encoder.metrics = {"nDCG@10": regressed}
    refinement = config(losses={"infonce": 1.0, "cosine": 0.1}, epochs=20, evaluations=2, learning_rate=3e-3)
    result = train(encoder, teacher, [], config=refinement, pairs=pairs)
    refined = ndcg(encoder, teacher, pairs)
    assert refined > regressed + 0.1
    assert result.measure == "nDCG@10"  # of three pairs that are held out
    assert encoder.metrics == {}  # it was of other weights
    first, second = encoder.training["stages"]
    assert (first["pairs"], second["pairs"], second["queries"]) == (0, 57, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_training_again_finds_the_finished_run(
    kind: str, build: Build, teacher: CachedTeacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = build(kind)
    trainer = DistillationTrainer(encoder, teacher, TEXTS[:64], config=config(epochs=2))
    result, expected, stages = trainer.train(), tensors(encoder), encoder.training
    vectors = encoder.encode(TEXTS)
    with monkeypatch.context() as patch:
        patch.setattr(DistillationLoop, "compute_loss", lambda *a, **b: pytest.fail("a step was made"))
        assert trainer.train() == result
    assert identical(tensors(encoder), expected)
    assert encoder.training == stages
    assert len(stages["stages"]) == 1
    shutil.rmtree(result.folder)
    repeated = trainer.train()  # from the weights it began with
    assert (repeated.steps, repeated.best) == (result.steps, pytest.approx(result.best, abs=1e-5))
    if kind == "projection":
        assert identical(tensors(encoder), expected)
    # Low-rank updates were merged and taken out, which rounds the base, and AdamW makes steps even of rounding.
    assert (vectors * encoder.encode(TEXTS)).sum(1).min() > 0.9999
    assert len(encoder.training["stages"]) == 1


def test_validation_queries_are_never_trained_on(build: Build, teacher: CachedTeacher, pairs: RetrievalDataset) -> None:
    part = RetrievalDataset(
        "part",
        queries={key: pairs.queries[key].upper() for key in list(pairs.queries)[:20]},
        documents=pairs.documents,
        qrels={key: pairs.qrels[key] for key in list(pairs.queries)[:20]},
    )
    trainer = DistillationTrainer(build("projection"), teacher, TEXTS, config=config(), pairs=pairs, validation=part)
    targets = compute_targets(
        teacher,
        trainer.data.queries,
        trainer.data.pairs,
        regressed_documents=[],
        with_documents=True,
        progress=silent,
    )
    validated = {normal_form(text) for text in part.queries.values()}
    assert not validated & {normal_form(text) for text in targets.queries}
    assert len(trainer.data.queries) == len(TEXTS) - 20
    assert int((targets.positives >= 0).sum()) == 40


def test_held_out_queries_are_never_trained_on(build: Build, teacher: CachedTeacher) -> None:
    shouted = [text.upper() for text in TEXTS[:60]]
    trainer = DistillationTrainer(build("projection"), teacher, [*TEXTS[:60], *shouted], config=config())
    assert len(trainer.data.held_out) == 1
    assert normal_form(trainer.data.held_out[0]) not in {normal_form(text) for text in trainer.data.queries}
    assert len(trainer.data.queries) == 59


def test_held_out_pairs_are_never_trained_on(build: Build, teacher: CachedTeacher, pairs: RetrievalDataset) -> None:
    shouted = [text.upper() for text in TEXTS[:60]]
    trainer = DistillationTrainer(build("projection"), teacher, [*TEXTS[:60], *shouted], config=config(), pairs=pairs)
    targets = compute_targets(
        teacher,
        trainer.data.queries,
        trainer.data.pairs,
        regressed_documents=[],
        with_documents=False,
        progress=silent,
    )
    assert trainer.data.validation is not None
    validated = {normal_form(text) for text in trainer.data.validation.queries.values()}
    assert len(validated) == 3
    assert not validated & {normal_form(text) for text in targets.queries}
    assert (len(trainer.data.queries), int((targets.positives >= 0).sum())) == (57, 57)


def test_excluded_queries_are_never_trained_on(build: Build, teacher: CachedTeacher, pairs: RetrievalDataset) -> None:
    encoder = build("projection")
    excluded = [f" {text.upper()} " for text in TEXTS[40:100]]
    seen: list[str] = []
    prepare = encoder.prepare
    encoder.prepare = lambda queries, **options: (seen.extend(queries), prepare(queries, **options))[1]  # type: ignore[method-assign]
    train(encoder, teacher, pairs=pairs, exclude=iter(excluded))
    assert not {normal_form(text) for text in excluded} & {normal_form(text) for text in seen}
    assert len(seen) == len(TEXTS) - 60 - 2 + 38  # 2 of the 40 pairs left are held out
    assert set(seen) < set(TEXTS[:40]) | set(TEXTS[100:])


@pytest.mark.parametrize("epochs", [2, 2.4])
def test_a_finished_run_is_not_run_again(
    epochs: float, build: Build, teacher: CachedTeacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = build("lora"), build("lora")
    result = train(first, teacher, TEXTS[:64], config=config(epochs=epochs))
    monkeypatch.setattr(DistillationLoop, "compute_loss", lambda *a, **b: pytest.fail("a step was made"))
    repeated = train(again, teacher, TEXTS[:64], config=config(epochs=epochs))
    assert repeated == result
    assert identical(tensors(first), tensors(again))
    np.testing.assert_array_equal(first.encode(TEXTS[:3]), again.encode(TEXTS[:3]))


@pytest.mark.filterwarnings("default::codequest.training.DataWarning")
def test_poor_data_is_warned_about_and_trained_on(build: Build, teacher: CachedTeacher) -> None:
    with pytest.warns(DataWarning, match="Only 63 training queries") as caught:
        result = train(build("projection"), teacher, TEXTS[:64], config=config(epochs=1))
    assert result.steps == 4
    assert all(issubclass(warning.category, DataWarning) for warning in caught)


@pytest.mark.filterwarnings("default::codequest.training.DataWarning")
@pytest.mark.parametrize(
    ("losses", "queries", "warned"),
    [
        ({"infonce": 1.0}, TEXTS[60:80], True),
        ({"infonce": 1.0, "cosine": 0.1}, TEXTS[60:80], False),
        ({"infonce": 1.0}, [], False),
    ],
)
def test_queries_that_teach_nothing_are_warned_about(
    losses: Any, queries: list[str], warned: bool, build: Build, teacher: CachedTeacher, pairs: RetrievalDataset
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        train(build("projection"), teacher, queries, config=config(losses=losses, epochs=1), pairs=pairs)
    found = [str(warning.message) for warning in caught if "The only loss is infonce" in str(warning.message)]
    assert len(found) == warned
    assert all("learns nothing from the 20 texts without labels. Add cosine or kl." in text for text in found)


def test_nothing_is_printed_and_progress_is_reported(
    build: Build, teacher: CachedTeacher, capsys: pytest.CaptureFixture[str]
) -> None:
    reported: list[tuple[str, int, int]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        trainer = DistillationTrainer(
            build("lora"), teacher, TEXTS[:64], config=config(epochs=1), progress=lambda *now: reported.append(now)
        )
        trainer.train()
    assert [now for now in reported if now[0] == "training"] == [("training", step, 4) for step in range(1, 5)]
    assert capsys.readouterr().out == ""


def test_a_progress_may_end_the_run_which_is_then_over(build: Build, teacher: CachedTeacher) -> None:
    def enough(description: str, done: int, total: int) -> None:
        if description == "training" and done == 10:
            raise StopTraining

    encoder = build("projection")
    result = train(encoder, teacher, progress=enough)
    assert result.steps == 10
    assert result.history[-1][0] == 10
    again = build("projection")
    assert train(again, teacher).steps == 10  # of 48: it is the same run
    assert identical(tensors(again), tensors(encoder))
