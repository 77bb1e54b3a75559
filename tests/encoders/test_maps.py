from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from codequest.encoders.maps import SpaceMap
from codequest.errors import InvalidInputError


def _data(count: int, *, noise: float, hidden: int = 8, dim: int = 5) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Features, targets, and the weight and bias that lead from one to the other."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(count, hidden, generator=generator)
    weight, bias = torch.randn(dim, hidden, generator=generator), torch.randn(dim, generator=generator)
    targets = features @ weight.T + bias
    return features, targets + noise * torch.randn(targets.shape, generator=generator), weight, bias


@pytest.mark.parametrize("kind", ["linear", "mlp"])
def test_a_known_linear_map_is_recovered(kind: Any) -> None:
    features, targets, weight, bias = _data(2000, noise=0.0)
    space_map = SpaceMap(8, 5, kind=kind)
    assert space_map.fit(features, targets) == 1e-4  # nothing to smooth
    torch.testing.assert_close(space_map.linear.weight.data, weight, atol=1e-3, rtol=0)
    torch.testing.assert_close(space_map.linear.bias.data, bias, atol=1e-3, rtol=0)
    torch.testing.assert_close(space_map(features), normalize(targets, dim=-1), atol=1e-3, rtol=0)


def test_the_fit_is_the_ridge_regression_of_all_examples() -> None:
    features, targets, _, _ = _data(200, noise=0.5)
    space_map = SpaceMap(8, 5, kind="linear")
    share = space_map.fit(features, targets)
    centered = (features - features.mean(0)).double()
    gram = centered.T @ centered
    strength = share * torch.trace(gram) / 8
    expected = torch.linalg.solve(gram + strength * torch.eye(8), centered.T @ (targets - targets.mean(0)).double())
    torch.testing.assert_close(space_map.linear.weight.data, expected.T.float(), atol=1e-5, rtol=1e-5)
    predicted_mean = space_map.linear(features).mean(0)
    torch.testing.assert_close(predicted_mean, targets.mean(0), atol=1e-5, rtol=1e-5)


def test_noise_asks_for_more_regularisation() -> None:
    few_and_noisy = _data(40, noise=10.0, hidden=30)
    many_and_exact = _data(400, noise=0.0, hidden=30)
    strong = SpaceMap(30, 5, kind="linear").fit(few_and_noisy[0], few_and_noisy[1])
    weak = SpaceMap(30, 5, kind="linear").fit(many_and_exact[0], many_and_exact[1])
    assert weak == 1e-4
    assert strong >= 1e-1


def test_too_few_examples_to_choose_take_the_middle() -> None:
    features, targets, _, _ = _data(19, noise=0.0)
    assert SpaceMap(8, 5, kind="linear").fit(features, targets) == 1e-2


@pytest.mark.parametrize("count", [1, 2, 20])
def test_equal_features_map_to_the_mean_target(count: int) -> None:
    features, targets = torch.ones(count, 8), torch.eye(5)[torch.arange(count) % 5]
    space_map = SpaceMap(8, 5, kind="linear")
    space_map.fit(features, targets)
    torch.testing.assert_close(space_map.linear(features[:1])[0], targets.mean(0), atol=1e-5, rtol=0)


def test_the_residual_starts_at_zero_and_counts_afterwards() -> None:
    features, _, _, _ = _data(10, noise=0.0)
    torch.manual_seed(0)
    space_map = SpaceMap(8, 5, kind="mlp")
    torch.testing.assert_close(space_map(features), normalize(space_map.linear(features), dim=-1))
    assert space_map.residual is not None
    space_map.residual[2].bias.data.fill_(1.0)
    torch.testing.assert_close(space_map(features), normalize(space_map.linear(features) + 1, dim=-1))


def test_an_unknown_kind_lists_the_choices() -> None:
    with pytest.raises(InvalidInputError, match="map must be one of linear, mlp, got 'cubic'"):
        SpaceMap(8, 5, kind="cubic")  # type: ignore[arg-type]
