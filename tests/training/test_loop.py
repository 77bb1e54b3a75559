"""The loop: epochs, batches, precision, stopping."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from codequest.encoders import QueryEncoder
from codequest.errors import TrainingError
from codequest.teachers import CachedTeacher
from codequest.training import DistillationTrainer
from codequest.training.targets import TargetCollator
from tests.training.conftest import TEXTS, Build, config, identical, tensors, train

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")

KINDS = ["lora", "projection"]


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
