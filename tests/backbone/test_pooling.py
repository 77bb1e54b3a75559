import pytest
import torch

from codequest.backbone.pooling import pool
from codequest.space import Pooling

# One text of two tokens and one of three; 99 marks padding, which must never count.
RIGHT = torch.tensor([[[1.0, 10.0], [3.0, 30.0], [99.0, 99.0]], [[2.0, 0.0], [4.0, 1.0], [9.0, 5.0]]])
LEFT = torch.tensor([[[99.0, 99.0], [1.0, 10.0], [3.0, 30.0]], [[2.0, 0.0], [4.0, 1.0], [9.0, 5.0]]])
RIGHT_MASK = torch.tensor([[1, 1, 0], [1, 1, 1]])
LEFT_MASK = torch.tensor([[0, 1, 1], [1, 1, 1]])
BY_HAND: list[tuple[Pooling, list[list[float]]]] = [
    ("mean", [[2.0, 20.0], [5.0, 2.0]]),
    ("cls", [[1.0, 10.0], [2.0, 0.0]]),
    ("last", [[3.0, 30.0], [9.0, 5.0]]),
]


@pytest.mark.parametrize(("pooling", "expected"), BY_HAND)
def test_values_by_hand_whichever_side_the_padding_is_on(pooling: Pooling, expected: list[list[float]]) -> None:
    assert pool(RIGHT, RIGHT_MASK, pooling).tolist() == expected
    assert pool(LEFT, LEFT_MASK, pooling).tolist() == expected


@pytest.mark.parametrize("pooling", ["mean", "cls", "last"])
def test_a_single_token_is_its_own_vector(pooling: Pooling) -> None:
    states = torch.tensor([[[7.0, 8.0], [99.0, 99.0]]])
    assert pool(states, torch.tensor([[1, 0]]), pooling).tolist() == [[7.0, 8.0]]
    assert pool(states.flip(1), torch.tensor([[0, 1]]), pooling).tolist() == [[7.0, 8.0]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_precision_of_the_states_is_kept(dtype: torch.dtype) -> None:
    pooled = pool(RIGHT.to(dtype), RIGHT_MASK, "mean")
    assert pooled.dtype == dtype
    assert pooled.tolist() == [[2.0, 20.0], [5.0, 2.0]]


@pytest.mark.parametrize("pooling", ["mean", "cls", "last"])
def test_a_text_without_tokens_is_zero(pooling: Pooling) -> None:
    assert pool(RIGHT, torch.tensor([[0, 0, 0], [1, 1, 1]]), pooling)[0].tolist() == [0.0, 0.0]
