"""Every objective is learned."""

from typing import Any

import numpy as np
import pytest

from codequest.data import RetrievalDataset
from codequest.teachers import CachedTeacher
from tests.training.conftest import TEXTS, Build, config, train

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")


@pytest.mark.parametrize("loss", ["cosine", "mse", "similarity", "kl", "infonce", "found"])
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
    labelled = pairs if loss in ("kl", "infonce", "found") else None
    run = config(losses={loss: 1.0}, epochs=10)
    train(encoder, teacher, [] if labelled else TEXTS, config=run, pairs=labelled)
    assert losses[-1] < 0.5 * losses[0]
    np.testing.assert_allclose(np.linalg.norm(encoder.encode(TEXTS[:5]), axis=1), 1, atol=1e-5)
