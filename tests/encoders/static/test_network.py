"""The network that is trained."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.encoders import StaticQueryEncoder
from codequest.encoders.static.network import StaticNetwork, principal_components
from tests.tiny import QUERIES


def test_components_lead_back_to_the_vectors() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32) * [3, 2, 1, 0, 0, 0] + 1
    components, axes, mean = principal_components(vectors, 3)
    np.testing.assert_allclose(components @ axes + mean, vectors, atol=1e-5)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-6)
    assert (np.diff(components.var(0)) < 0).all()
    flipped, _, _ = principal_components(vectors[::-1].copy(), 3)
    np.testing.assert_allclose(flipped[::-1], components, atol=1e-5)  # no axis changed its sign


@pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")
def test_the_network_gives_gradients_to_its_own_rows_only(encoder: StaticQueryEncoder) -> None:
    inputs = encoder.prepare(QUERIES[:2])
    network = encoder.network
    assert isinstance(network, StaticNetwork)
    network(**encoder.collate(inputs)).sum().backward()
    hit = np.unique(np.concatenate([row["rows"] for row in inputs]))
    gradient = network.rows.weight.grad
    assert gradient is not None
    np.testing.assert_array_equal(np.flatnonzero(gradient.abs().sum(1).numpy()), hit)
