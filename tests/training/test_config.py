import json
from typing import Any

import pytest

from codequest.errors import InvalidInputError
from codequest.training import DistillationConfig, digest


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"losses": {"cosin": 1.0}},
            "losses maps names to positive, finite weights.*Names: cosine, mse, similarity, kl, inf",
        ),
        ({"losses": {}}, "losses maps names to positive, finite weights"),
        ({"losses": {"cosine": 0.0}}, "losses maps names to positive, finite weights"),
        ({"losses": {"cosine": 1.0, "kl": -1.0}}, "losses maps names to positive, finite weights"),
        ({"losses": {"cosine": float("nan")}}, "losses maps names to positive, finite weights"),
        ({"losses": {"cosine": float("inf")}}, "losses maps names to positive, finite weights"),
        ({"epochs": float("inf")}, "epochs must be positive and finite, got inf"),
        ({"epochs": 0}, "epochs must be positive and finite, got 0"),
        ({"learning_rate": -1e-4}, "learning_rate must be positive and finite, got -0.0001"),
        ({"learning_rate": float("nan")}, "learning_rate must be positive and finite, got nan"),
        ({"temperature": 0.0}, "temperature must be positive and finite, got 0.0"),
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1, got 0"),
        ({"batch_size": 2.5}, "batch_size must be a whole number of at least 1, got 2.5"),
        ({"gradient_accumulation": True}, "gradient_accumulation must be a whole number"),
        ({"evaluations": 0}, "evaluations must be a whole number of at least 1, got 0"),
        ({"patience": 0}, "patience must be a whole number of at least 1, got 0"),
        ({"seed": -1}, r"seed must be a whole number from 0 to 2\*\*32 - 1, got -1"),
        ({"seed": 2**32}, r"seed must be a whole number from 0 to 2\*\*32 - 1, got 4294967296"),
        ({"seed": 1.0}, r"seed must be a whole number.*got 1.0"),
        ({"seed": True}, r"seed must be a whole number.*got True"),
        ({"warmup": 1.0}, "warmup is a share of the steps, at least 0 and below 1, got 1.0"),
        ({"warmup": -0.1}, "warmup is a share of the steps"),
        ({"schedule": "step"}, "schedule must be one of cosine, linear, constant, got 'step'"),
        ({"precision": "fp16"}, "precision must be one of auto, fp32, bf16, got 'fp16'"),
    ],
)
def test_wrong_values_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        DistillationConfig(**values)


@pytest.mark.parametrize(
    ("losses", "needed"),
    [({"cosine": 1.0, "mse": 1.0, "similarity": 1.0}, False), ({"kl": 1.0}, True), ({"infonce": 1.0}, True)],
)
def test_which_losses_need_documents(losses: dict[Any, float], needed: bool) -> None:
    assert DistillationConfig(losses=losses).needs_documents is needed


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_the_first_and_the_last_seed_are_accepted(seed: int) -> None:
    assert DistillationConfig(seed=seed).seed == seed


def test_to_dict_is_json_and_complete() -> None:
    config = DistillationConfig(losses={"kl": 0.5}, report_to=("tensorboard",), patience=3)
    values = json.loads(json.dumps(config.to_dict()))
    assert DistillationConfig(**{**values, "report_to": tuple(values["report_to"])}) == config


def test_digest_depends_on_values_not_on_key_order() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest("a", "b") != digest("ab") != digest(["a", "b"])
    assert len(digest("\ud800")) == 16
