from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from codequest.backbone import Backbone, faithful_half
from codequest.encoders import ProjectionQueryEncoder
from codequest.errors import InvalidInputError
from codequest.space import EmbeddingSpace
from codequest.weights import locate
from tests.encoders.conftest import disturb
from tests.tiny import QUERIES

CPU = torch.device("cpu")


@pytest.fixture(params=["linear", "mlp"])
def encoder(request: pytest.FixtureRequest, tiny_base: Path, space: EmbeddingSpace) -> ProjectionQueryEncoder:
    return ProjectionQueryEncoder.create(str(tiny_base), space=space, map=request.param, device="cpu")


def _base_features(tiny_base: Path, queries: list[str]) -> torch.Tensor:
    with torch.inference_mode():
        return Backbone.load(locate(str(tiny_base)), device=CPU).embed(queries)


def test_the_base_is_frozen_bit_for_bit(
    encoder: ProjectionQueryEncoder, tiny_base: Path, space: EmbeddingSpace
) -> None:
    encoder.initialize(encoder.prepare(QUERIES), np.eye(len(QUERIES), space.dim, dtype=np.float32))
    disturb(encoder)
    encoder.encode(QUERIES)
    plain = dict(Backbone.load(locate(str(tiny_base)), device=CPU).named_parameters())
    now = dict(encoder.backbone.named_parameters())
    assert now.keys() == plain.keys()
    assert all(torch.equal(now[name], plain[name]) for name in plain)
    assert not any(weight.requires_grad for weight in now.values())
    assert not {id(weight) for weight in encoder.network.parameters()} & {id(weight) for weight in now.values()}


def test_the_base_runs_once_and_the_network_does_the_rest(encoder: ProjectionQueryEncoder, tiny_base: Path) -> None:
    disturb(encoder)
    batch = encoder.collate(encoder.prepare(QUERIES))
    half = faithful_half(CPU) == "bf16"
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        expected = _base_features(tiny_base, QUERIES).float()
    torch.testing.assert_close(batch["features"], expected, atol=1e-5, rtol=1e-5)
    full = _base_features(tiny_base, QUERIES)
    assert torch.cosine_similarity(batch["features"], full).min() > (0.999 if half else 1 - 1e-6)
    vectors = encoder.network(features=full.clone()).detach().numpy()
    np.testing.assert_allclose(vectors, encoder.encode(QUERIES), atol=1e-5)
    again = encoder.prepare([*QUERIES, "one more"])
    assert all(new["features"] is old["features"] for new, old in zip(again, encoder.prepare(QUERIES), strict=False))


def test_initialize_finds_a_teacher_that_is_a_linear_map_of_the_base(
    encoder: ProjectionQueryEncoder, tiny_base: Path, space: EmbeddingSpace
) -> None:
    words = ["sort", "list", "dict", "by", "value", "read", "file", "open", "http", "query", "search", "the", "in"]
    queries = [f"{first} {second} {number}" for number, first in enumerate(words) for second in words]
    features = _base_features(tiny_base, queries)
    teacher = torch.randn(32, space.dim, generator=torch.Generator().manual_seed(0))
    targets = features @ teacher  # not of unit length: then no linear map would be exact
    encoder.initialize(encoder.prepare(queries), targets.numpy())
    unseen = ["open the list", "read value by query", "sort"]
    expected = normalize(_base_features(tiny_base, unseen) @ teacher, dim=-1)
    assert (encoder.encode(unseen) * expected.numpy()).sum(1).min() > 0.999


def test_an_unknown_map_is_refused(tiny_base: Path, space: EmbeddingSpace) -> None:
    with pytest.raises(InvalidInputError, match="map must be one of linear, mlp, got 'deep'"):
        ProjectionQueryEncoder.create(str(tiny_base), space=space, map="deep")  # type: ignore[arg-type]


def test_the_seed_decides_the_start(tiny_base: Path, space: EmbeddingSpace) -> None:
    def start(seed: int) -> Any:
        return ProjectionQueryEncoder.create(str(tiny_base), space=space, seed=seed, device="cpu").encode(QUERIES)

    np.testing.assert_array_equal(start(1), start(1))
    assert np.abs(start(1) - start(2)).max() > 0.1


def test_a_base_that_does_not_say_how_to_pool_is_pooled_by_the_mean(
    tiny_base: Path, space: EmbeddingSpace, tmp_path: Path
) -> None:
    import shutil

    plain = tmp_path / "plain"
    shutil.copytree(tiny_base, plain)
    (plain / "modules.json").unlink()
    encoder = ProjectionQueryEncoder.create(str(plain), space=space, device="cpu")
    reference = ProjectionQueryEncoder.create(str(tiny_base), space=space, device="cpu")
    assert encoder.backbone.pooling == "mean"
    np.testing.assert_allclose(encoder.encode(QUERIES), reference.encode(QUERIES), atol=1e-6)
