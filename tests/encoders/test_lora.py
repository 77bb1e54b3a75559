import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from codequest.backbone import Backbone
from codequest.encoders import LoRAQueryEncoder, ProjectionQueryEncoder
from codequest.errors import InvalidInputError
from codequest.space import EmbeddingSpace
from codequest.teachers import LocalTeacher
from codequest.weights import locate
from tests.encoders.conftest import disturb
from tests.tiny import QUERIES

CPU = torch.device("cpu")


@pytest.fixture
def encoder(tiny_base: Path, space: EmbeddingSpace) -> LoRAQueryEncoder:
    return LoRAQueryEncoder.create(str(tiny_base), space=space, rank=4, device="cpu")


def _teacher_vectors(space: EmbeddingSpace, count: int) -> Any:
    vectors = np.random.default_rng(0).standard_normal((count, space.dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _adapted(encoder: LoRAQueryEncoder) -> set[str]:
    names = [name for name in encoder.trained_tensors() if "lora_" in name]
    return {name.split(".lora_")[0].rsplit(".", 1)[-1] for name in names}


def test_before_training_the_updates_change_nothing(encoder: LoRAQueryEncoder, tiny_base: Path) -> None:
    plain = Backbone.load(locate(str(tiny_base)), device=CPU)
    with torch.inference_mode():
        torch.testing.assert_close(encoder.backbone.embed(QUERIES), plain.embed(QUERIES), atol=1e-6, rtol=0)


def test_initialize_and_training_leave_the_base_weights_alone(
    encoder: LoRAQueryEncoder, tiny_base: Path, space: EmbeddingSpace
) -> None:
    encoder.initialize(encoder.prepare(QUERIES), _teacher_vectors(space, len(QUERIES)))
    disturb(encoder)
    encoder.begin_training()  # takes the updates out of the weights again
    plain = dict(Backbone.load(locate(str(tiny_base)), device=CPU).named_parameters())
    now = {name.replace(".base_layer", ""): weight for name, weight in encoder.backbone.named_parameters()}
    assert plain.keys() == {name for name in now if "lora_" not in name}
    for name, weight in plain.items():
        torch.testing.assert_close(now[name], weight, atol=1e-6, rtol=0)
        assert not now[name].requires_grad


def test_the_query_side_of_the_teacher_itself_starts_as_the_teacher(tiny_base: Path) -> None:
    model = LocalTeacher(str(tiny_base), device="cpu")
    encoder = LoRAQueryEncoder.create(str(tiny_base), space=model.space, rank=4, device="cpu")
    vectors = model.encode_queries(QUERIES)
    encoder.initialize(encoder.prepare(QUERIES), vectors)
    weight = encoder.trained_tensors()["map.linear.weight"]
    np.testing.assert_array_equal(weight.detach().numpy(), np.eye(model.space.dim))
    np.testing.assert_allclose(encoder.encode(QUERIES), vectors, atol=1e-5)


def test_initialize_sets_the_map_to_the_best_linear_one(encoder: LoRAQueryEncoder, space: EmbeddingSpace) -> None:
    targets = _teacher_vectors(space, len(QUERIES))
    targets[-1] = targets[0]  # the same query
    before = (encoder.encode(QUERIES) * targets).sum(1).mean()
    reports: list[tuple[str, int, int]] = []
    encoder.initialize(encoder.prepare(QUERIES), targets, progress=lambda *report: reports.append(report))
    after = (encoder.encode(QUERIES) * targets).sum(1)
    assert after.min() > 0.95 > before
    assert reports[-1][1:] == (len(QUERIES), len(QUERIES))


def test_merged_and_unmerged_vectors_are_equal(encoder: LoRAQueryEncoder) -> None:
    untrained = encoder.encode(QUERIES)
    disturb(encoder)
    merged = encoder.encode(QUERIES)
    encoder.begin_training()
    np.testing.assert_allclose(encoder.encode(QUERIES), merged, atol=1e-5)
    encoder.end_training()
    np.testing.assert_allclose(encoder.encode(QUERIES), merged, atol=1e-5)
    assert np.abs(merged - untrained).max() > 0.1


def test_ending_training_twice_changes_and_says_nothing(encoder: LoRAQueryEncoder) -> None:
    disturb(encoder)
    vectors = encoder.encode(QUERIES)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encoder.end_training()
    np.testing.assert_array_equal(encoder.encode(QUERIES), vectors)


def test_the_network_computes_what_encode_does_and_passes_gradients_to_trained_weights_only(
    encoder: LoRAQueryEncoder,
) -> None:
    disturb(encoder)
    encoder.begin_training()
    encoder.network.train()
    vectors = encoder.network(**encoder.collate(encoder.prepare(QUERIES)))
    np.testing.assert_allclose(vectors.detach().numpy(), encoder.encode(QUERIES), atol=1e-5)  # no dropout
    vectors[:, 0].sum().backward()
    with_gradient = {name for name, weight in encoder.network.named_parameters() if weight.grad is not None}
    assert with_gradient == set(encoder.trained_tensors())


def test_all_linear_layers_are_adapted_by_default(encoder: LoRAQueryEncoder) -> None:
    assert _adapted(encoder) == {"query", "key", "value", "dense"}
    ranks = {weight.shape[0] for name, weight in encoder.trained_tensors().items() if "lora_A" in name}
    assert ranks == {4}


@pytest.mark.parametrize("targets", [["query"], ["value", "query"]])
def test_targets_adapt_those_layers_only(tiny_base: Path, space: EmbeddingSpace, targets: list[str]) -> None:
    encoder = LoRAQueryEncoder.create(str(tiny_base), space=space, rank=2, targets=targets, device="cpu")
    assert _adapted(encoder) == set(targets)
    assert encoder.describe()["targets"] == sorted(targets)


@pytest.mark.parametrize("targets", [["nonsense"], ["query", "nonsense"]])
def test_unknown_targets_are_refused_even_next_to_known_ones(
    tiny_base: Path, space: EmbeddingSpace, targets: list[str]
) -> None:
    message = "no linear layers named nonsense. It has dense, key, query, value"
    with pytest.raises(InvalidInputError, match=message):
        LoRAQueryEncoder.create(str(tiny_base), space=space, targets=targets, device="cpu")


@pytest.mark.parametrize("rank", [0, -1, 1.5, "8", True])
def test_a_rank_below_one_is_refused(tiny_base: Path, space: EmbeddingSpace, rank: Any) -> None:
    with pytest.raises(InvalidInputError, match="The LoRA rank must be a positive integer"):
        LoRAQueryEncoder.create(str(tiny_base), space=space, rank=rank, device="cpu")


@pytest.mark.parametrize("alpha", [0, -1.0, "8", float("nan")])
def test_an_alpha_that_is_not_positive_is_refused(tiny_base: Path, space: EmbeddingSpace, alpha: Any) -> None:
    with pytest.raises(InvalidInputError, match="The LoRA alpha must be a positive number"):
        LoRAQueryEncoder.create(str(tiny_base), space=space, alpha=alpha, device="cpu")


def test_alpha_is_twice_the_rank_and_scales_the_update(tiny_base: Path, space: EmbeddingSpace) -> None:
    pooled = []
    for alpha in (None, 4.0, 8.0):
        encoder = LoRAQueryEncoder.create(str(tiny_base), space=space, rank=2, alpha=alpha, device="cpu")
        disturb(encoder)
        with torch.inference_mode():
            pooled.append(encoder.backbone.embed(QUERIES))
    torch.testing.assert_close(pooled[0], pooled[1])
    assert not torch.allclose(pooled[1], pooled[2], atol=0.01)


def test_the_seed_decides_the_start_and_leaves_the_global_generator_alone(
    tiny_base: Path, space: EmbeddingSpace
) -> None:
    state = torch.random.get_rng_state()
    first, second, other = (
        LoRAQueryEncoder.create(str(tiny_base), space=space, seed=seed, device="cpu").trained_tensors()
        for seed in (1, 1, 2)
    )
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_from_a_projection_it_begins_where_that_ended(tiny_base: Path, tmp_path: Path) -> None:
    space = Backbone.load(locate(str(tiny_base)), device=CPU).space
    projection = ProjectionQueryEncoder.create(str(tiny_base), space=space, layers=1, map="mlp", device="cpu", seed=3)
    projection.training = {"stages": [{"steps": 7}]}
    encoder = LoRAQueryEncoder.from_projection(projection, rank=2, precision="fp16")
    np.testing.assert_allclose(encoder.encode(QUERIES), projection.encode(QUERIES), atol=1e-6)
    assert encoder.training == projection.training
    described = encoder.describe()
    assert (described["layers"], described["map"], described["rank"], described["precision"]) == (1, "mlp", 2, "fp16")
    with torch.no_grad():
        encoder.network.map.linear.bias.add_(1.0)
    assert not np.allclose(encoder.encode(QUERIES), projection.encode(QUERIES), atol=1e-3)
