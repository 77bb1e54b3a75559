import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from codequest.adapters import reference_vectors
from codequest.data import RetrievalDataset, normal_form
from codequest.encoders import QueryEncoder, TrainableQueryEncoder
from codequest.errors import TrainingError
from codequest.progress import silent
from codequest.teachers import CachedTeacher, LocalTeacher
from codequest.training import DataWarning, DistillationTrainer
from codequest.training.loop import DistillationLoop
from codequest.training.targets import TargetCollator, TargetDataset, compute_targets
from tests.training.conftest import TEXTS, Build, config, identical, mean_cosine, ndcg, tensors, train

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")

KINDS = ["lora", "projection"]


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The training losses that are logged."""
    logged: list[float] = []
    log = DistillationLoop.log

    def spy(self: DistillationLoop, logs: dict[str, float], *rest: Any) -> None:
        logged.extend([logs["loss"]] if "loss" in logs else [])
        log(self, logs, *rest)

    monkeypatch.setattr(DistillationLoop, "log", spy)
    return logged


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


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_compiled_network_ends_where_the_other_does(kind: str, build: Build, teacher: CachedTeacher) -> None:
    encoder, compiled = build(kind), build(kind)
    train(encoder, teacher)
    train(compiled, teacher, config=config(compile=True))
    expected, found = tensors(encoder), tensors(compiled)
    assert expected.keys() == found.keys()
    for name, weight in expected.items():
        torch.testing.assert_close(found[name], weight, atol=2e-3, rtol=0)
    cosines = (encoder.encode(TEXTS) * compiled.encode(TEXTS)).sum(1)
    assert cosines.min() > 0.9999


@pytest.mark.slow
def test_without_a_compiler_it_says_so(build: Build, teacher: CachedTeacher, monkeypatch: pytest.MonkeyPatch) -> None:
    from torch._inductor import config as inductor

    torch.compiler.reset()
    monkeypatch.setattr(inductor, "force_disable_caches", True)
    monkeypatch.setattr(inductor.cpp, "cxx", (None, "no-such-compiler"))
    encoder = build("projection")
    with pytest.raises(TrainingError, match=r"cannot be compiled here: .* compile = false"):
        train(encoder, teacher, config=config(compile=True))


@pytest.mark.parametrize("kind", KINDS)
def test_mixed_precision_ends_with_the_training(
    kind: str, build: Build, teacher: CachedTeacher, tmp_path: Path
) -> None:
    encoder = build(kind)
    result = train(encoder, teacher, TEXTS[:64], config=config(precision="bf16", epochs=1, evaluations=1))
    again = QueryEncoder.from_pretrained(encoder.save_pretrained(tmp_path / "adapter"), device="cpu")
    np.testing.assert_allclose(again.encode(TEXTS[:9]), encoder.encode(TEXTS[:9]), atol=1e-5)
    assert result.best > 0.5


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


def test_every_epoch_has_its_own_order(build: Build, teacher: CachedTeacher, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, ...]] = []
    collate = TargetCollator.__call__

    def spy(self: TargetCollator, examples: Any) -> Any:
        seen.append(tuple(example["input"]["text"] for example in examples))
        return collate(self, examples)

    monkeypatch.setattr(TargetCollator, "__call__", spy)
    trainer = DistillationTrainer(build("lora"), teacher, TEXTS[:65], config=config(epochs=2, batch_size=8))
    trainer.train()
    first, second = seen[:8], seen[8:16]
    assert sorted(sum(first, ())) == sorted(sum(second, ())) == sorted(trainer.data.queries)
    assert first != second
    assert set(first) != set(second)


def test_accumulated_batches_make_the_step_of_one_large_batch(build: Build, teacher: CachedTeacher) -> None:
    large, small = build("projection"), build("projection")
    queries = TEXTS[:131]  # 3 are held out; 128 make full batches
    train(large, teacher, queries, config=config(batch_size=32, epochs=2))
    result = train(small, teacher, queries, config=config(batch_size=8, gradient_accumulation=4, epochs=2))
    assert result.steps == 8
    for name, tensor in tensors(large).items():
        torch.testing.assert_close(tensors(small)[name], tensor, atol=2e-4, rtol=0)


@pytest.mark.parametrize("loss", ["cosine", "mse", "similarity", "kl", "infonce"])
def test_every_loss_falls_from_a_random_start(
    loss: Any,
    build: Build,
    teacher: CachedTeacher,
    pairs: RetrievalDataset,
    losses: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoder = build("projection")
    monkeypatch.setattr(encoder, "initialize", lambda *_, **__: None)  # the closed form leaves little to fall
    labelled = pairs if loss in ("kl", "infonce") else None
    run = config(losses={loss: 1.0}, epochs=10)
    train(encoder, teacher, [] if labelled else TEXTS, config=run, pairs=labelled)
    assert losses[-1] < 0.5 * losses[0]
    np.testing.assert_allclose(np.linalg.norm(encoder.encode(TEXTS[:5]), axis=1), 1, atol=1e-5)


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


def test_documents_are_embedded_only_when_a_loss_or_the_validation_reads_them(
    build: Build, tiny_teacher: Path, pairs: RetrievalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    embed = LocalTeacher.embed_batch

    def spy(self: LocalTeacher, texts: Any, side: Any) -> Any:
        asked.extend(texts if side == "document" else [])
        return embed(self, texts, side)

    monkeypatch.setattr(LocalTeacher, "embed_batch", spy)
    part = RetrievalDataset("part", {"v": "say hello"}, {"a": "print('hello')", "b": "pass"}, {"v": {"a": 1}})
    for losses, expected in (
        ({"cosine": 1.0}, list(part.documents.values())),
        ({"kl": 1.0}, list(pairs.documents.values())),
    ):
        run = config(losses=losses, epochs=1)
        train(
            build("projection"),
            LocalTeacher(str(tiny_teacher), device="cpu"),
            [],
            config=run,
            pairs=pairs,
            validation=part,
        )  # type: ignore[arg-type]
        assert sorted(text for text in asked if text not in reference_vectors.TEXTS) == sorted(expected)
        asked.clear()


def test_every_positive_of_a_query_reaches_the_loss(teacher: CachedTeacher, build: Build) -> None:
    several = RetrievalDataset(
        "several",
        queries={"a": "read a file", "b": "sort a list"},
        documents={key: f"def {key}(): ..." for key in ("x", "y", "z", "w")},
        qrels={"a": {"y": 1, "w": 2, "x": 0}, "b": {"z": 1}},
    )
    targets = compute_targets(teacher, ["alone"], several, regressed_documents=[], with_documents=True, progress=silent)
    assert targets.queries == ["alone", "read a file", "read a file", "sort a list"]
    assert targets.positives.tolist() == [-1, 1, 3, 2]
    assert targets.relevant == [(), (1, 3), (1, 3), (2,)]
    encoder = build("projection")
    examples = TargetDataset(encoder.prepare(targets.queries), targets)
    batch = TargetCollator(encoder)([examples[position] for position in range(4)])
    assert batch["positives"].tolist() == [-1, 1, 3, 2]
    assert batch["relevant"].tolist() == [[-1, -1], [1, 3], [1, 3], [2, -1]]
    assert TargetCollator(encoder)([examples[0]])["relevant"].shape == (1, 0)


def test_the_last_step_is_measured_and_kept(build: Build, teacher: CachedTeacher) -> None:
    result = train(build("projection"), teacher, TEXTS[:65], config=config(batch_size=8, epochs=1.3, evaluations=4))
    assert result.steps == 11
    assert [step for step, _ in result.history] == [3, 6, 9, 11]
    assert (result.folder / "checkpoint-11").is_dir()


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


def test_early_stopping_stops_and_stays_stopped(build: Build, teacher: CachedTeacher) -> None:
    run = config(epochs=40, evaluations=80, learning_rate=0.3, schedule="constant", patience=3)
    first, again = build("projection"), build("projection")
    result = train(first, teacher, TEXTS[:64], config=run)
    values = [value for _, value in result.history]
    assert result.steps < 160
    assert len(values) == values.index(max(values)) + 1 + 3
    repeated = train(again, teacher, TEXTS[:64], config=run)
    assert (repeated.steps, repeated.best, repeated.history) == (result.steps, result.best, result.history)
    assert identical(tensors(first), tensors(again))


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


def test_the_teacher_is_asked_once(build: Build, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    embed = LocalTeacher.embed_batch
    monkeypatch.setattr(
        LocalTeacher, "embed_batch", lambda self, texts, side: (asked.extend(texts), embed(self, texts, side))[1]
    )
    local = LocalTeacher(str(tiny_teacher), device="cpu")
    for learning_rate in (1e-3, 2e-3):
        run = config(epochs=2, learning_rate=learning_rate)
        train(build("projection"), local, TEXTS[:64], config=run)  # type: ignore[arg-type]
    assert sorted(text for text in asked if text not in reference_vectors.TEXTS) == sorted(TEXTS[:64])


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
    assert all("learns nothing from the 20 queries without labels. Add cosine or kl." in text for text in found)


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
