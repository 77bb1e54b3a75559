"""Every loss against values computed by hand."""

import math

import pytest
import torch
from torch.nn.functional import normalize

from codequest.training.losses import (
    cosine_loss,
    found_loss,
    infonce_loss,
    listwise_kl_loss,
    similarity_loss,
    squared_error_loss,
)

EAST, NORTH, WEST = [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]


def alone(positives: torch.Tensor) -> torch.Tensor:
    """Every query has this positive only."""
    return positives.unsqueeze(1)


def test_cosine_is_one_minus_the_cosine() -> None:
    vectors, targets = torch.tensor([EAST, EAST, EAST, [0.6, 0.8]]), torch.tensor([EAST, NORTH, WEST, EAST])
    assert cosine_loss(vectors, targets).item() == pytest.approx((0 + 1 + 2 + 0.4) / 4)


def test_squared_error_is_twice_the_cosine_loss_for_unit_vectors() -> None:
    vectors, targets = torch.tensor([EAST, EAST]), torch.tensor([NORTH, [0.6, 0.8]])
    assert squared_error_loss(vectors, targets).item() == pytest.approx((2 + 0.8) / 2)
    assert squared_error_loss(vectors, targets).item() == pytest.approx(2 * cosine_loss(vectors, targets).item())


def test_similarity_compares_pairs_within_the_batch() -> None:
    vectors, targets = torch.tensor([EAST, EAST, NORTH]), torch.tensor([EAST, NORTH, NORTH])
    # pairs (0,1): 1 against 0; (0,2): 0 against 0; (1,2): 0 against 1; each counts twice, over 3 * 2
    assert similarity_loss(vectors, targets).item() == pytest.approx(4 / 6)


def test_similarity_ignores_rotations() -> None:
    vectors = normalize(torch.randn(5, 2, generator=torch.Generator().manual_seed(0)), dim=-1)
    rotated = vectors @ torch.tensor([[0.0, 1.0], [-1.0, 0.0]])
    assert similarity_loss(rotated, vectors).item() == pytest.approx(0, abs=1e-12)


def test_similarity_of_a_batch_of_one_is_zero_with_a_gradient() -> None:
    vectors = torch.tensor([EAST], requires_grad=True)
    loss = similarity_loss(vectors, torch.tensor([NORTH]))
    loss.backward()
    assert loss.item() == 0
    assert vectors.grad is not None
    torch.testing.assert_close(vectors.grad, torch.zeros(1, 2))


def test_kl_is_zero_for_equal_vectors_and_known_for_others() -> None:
    documents = torch.tensor([EAST, WEST])
    targets, vectors = torch.tensor([EAST]), torch.tensor([NORTH])
    assert listwise_kl_loss(targets, targets, documents, temperature=0.1).item() == pytest.approx(0, abs=1e-7)
    wanted = math.exp(1) / (math.exp(1) + math.exp(-1))  # softmax of (1, -1) at temperature 1; the other is (½, ½)
    expected = wanted * math.log(2 * wanted) + (1 - wanted) * math.log(2 * (1 - wanted))
    assert listwise_kl_loss(vectors, targets, documents, temperature=1.0).item() == pytest.approx(expected)


def test_kl_is_the_mean_over_the_batch() -> None:
    documents = torch.tensor([EAST, WEST])
    one = listwise_kl_loss(torch.tensor([NORTH]), torch.tensor([EAST]), documents, temperature=0.5)
    both = listwise_kl_loss(torch.tensor([NORTH, EAST]), torch.tensor([EAST, EAST]), documents, temperature=0.5)
    assert both.item() == pytest.approx(one.item() / 2)


def test_infonce_is_the_cross_entropy_of_the_positive() -> None:
    documents = torch.tensor([EAST, NORTH, WEST])
    expected = -math.log(math.exp(2) / (math.exp(2) + 1 + math.exp(-2)))
    loss = infonce_loss(
        torch.tensor([EAST]), documents, torch.tensor([0]), relevant=torch.tensor([[0]]), temperature=0.5
    )
    assert loss.item() == pytest.approx(expected)


def test_infonce_leaves_out_queries_without_a_positive() -> None:
    documents = torch.tensor([EAST, NORTH])
    positives = torch.tensor([-1, 1])
    single = infonce_loss(
        torch.tensor([EAST]), documents, positives[1:], relevant=alone(positives[1:]), temperature=1.0
    )
    mixed = infonce_loss(torch.tensor([NORTH, EAST]), documents, positives, relevant=alone(positives), temperature=1.0)
    assert single.item() == mixed.item() == pytest.approx(math.log(1 + math.e))


def test_infonce_without_any_positive_is_zero_with_a_gradient() -> None:
    vectors = torch.tensor([EAST, NORTH], requires_grad=True)
    positives = torch.tensor([-1, -1])
    loss = infonce_loss(
        vectors, torch.tensor([EAST, NORTH]), positives, relevant=torch.empty(2, 0, dtype=torch.long), temperature=0.1
    )
    loss.backward()
    assert loss.item() == 0
    assert vectors.grad is not None
    assert vectors.grad.abs().sum() == 0


def test_infonce_does_not_push_near_duplicates_of_the_positive_away() -> None:
    documents = normalize(torch.tensor([EAST, [0.99, 0.14], NORTH]), dim=-1)
    vectors, positives = torch.tensor([EAST]), torch.tensor([0])
    masked = infonce_loss(
        vectors, documents, positives, relevant=alone(positives), temperature=1.0, duplicate_similarity=0.95
    )
    assert masked.item() == pytest.approx(-math.log(math.e / (math.e + 1)))  # against NORTH alone
    everything = infonce_loss(vectors, documents, positives, relevant=alone(positives), temperature=1.0)
    assert everything.item() > masked.item() + 0.5


def test_infonce_takes_no_positive_of_a_query_for_a_negative() -> None:
    documents = torch.tensor([EAST, NORTH, WEST])
    vectors, positives = torch.tensor([EAST, EAST, NORTH]), torch.tensor([0, 1, 2])
    relevant = torch.tensor([[0, 1], [0, 1], [2, -1]])
    first = -math.log(math.exp(2) / (math.exp(2) + math.exp(-2)))  # EAST against WEST, without NORTH
    second = -math.log(1 / (1 + math.exp(-2)))  # NORTH against WEST, without EAST
    third = -math.log(1 / (1 + math.exp(2) + 1))  # WEST against both others: -1 leaves nothing out
    loss = infonce_loss(vectors, documents, positives, relevant=relevant, temperature=0.5)
    assert loss.item() == pytest.approx((first + second + third) / 3)


def test_infonce_padding_is_not_the_last_document() -> None:
    documents = torch.tensor([EAST, NORTH, WEST])
    loss = infonce_loss(
        torch.tensor([EAST]), documents, torch.tensor([0]), relevant=torch.tensor([[0, -1]]), temperature=0.5
    )
    assert loss.item() == pytest.approx(-math.log(math.exp(2) / (math.exp(2) + 1 + math.exp(-2))))


def test_infonce_pushes_away_what_is_relevant_to_another_query() -> None:
    documents = torch.tensor([EAST, NORTH])
    positives, relevant = torch.tensor([0, 1]), torch.tensor([[0, -1], [1, 0]])
    loss = infonce_loss(torch.tensor([EAST, EAST]), documents, positives, relevant=relevant, temperature=1.0)
    expected = -math.log(math.e / (math.e + 1))  # the second query has nothing left to be told from
    assert loss.item() == pytest.approx(expected / 2)


@pytest.mark.parametrize("name", ["cosine", "mse", "similarity", "kl", "infonce"])
def test_following_the_gradient_leads_to_the_targets(name: str) -> None:
    generator = torch.Generator().manual_seed(1)
    vectors = torch.randn(4, 8, generator=generator).requires_grad_()
    documents = normalize(torch.randn(6, 8, generator=generator), dim=-1)
    positives = torch.tensor([0, 1, 2, 3])
    targets = documents[positives]
    optimizer = torch.optim.Adam([vectors], lr=0.05)
    values = []
    for _ in range(150):
        unit = normalize(vectors, dim=-1)
        loss = {
            "cosine": lambda unit=unit: cosine_loss(unit, targets),
            "mse": lambda unit=unit: squared_error_loss(unit, targets),
            "similarity": lambda unit=unit: similarity_loss(unit, targets),
            "kl": lambda unit=unit: listwise_kl_loss(unit, targets, documents, temperature=0.1),
            "infonce": lambda unit=unit: infonce_loss(
                unit, documents, positives, relevant=alone(positives), temperature=0.1
            ),
        }[name]()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    assert values[-1] < 0.1 * values[0]
    if name != "similarity":  # which any rotation of the targets satisfies
        nearest = (normalize(vectors, dim=-1) @ documents.T).argmax(1)
        assert nearest.tolist() == positives.tolist()


def test_found_is_the_cross_entropy_of_each_positives_own_text() -> None:
    vectors, documents = torch.tensor([EAST, [0.6, 0.8], NORTH]), torch.tensor([NORTH, WEST, EAST])
    positives = torch.tensor([2, 0, -1])  # the third text has none, and is no negative either
    # EAST scores 1 and 0.6 with the texts, NORTH 0 and 0.8, each over the temperature
    expected = (math.log1p(math.exp((0.6 - 1) / 0.5)) + math.log1p(math.exp((0 - 0.8) / 0.5))) / 2
    assert found_loss(vectors, documents, positives, temperature=0.5).item() == pytest.approx(expected)


def test_found_leaves_out_texts_whose_positives_are_nearly_the_same() -> None:
    vectors, documents = torch.tensor([EAST, NORTH]), torch.tensor([EAST, [0.8, 0.6]])
    positives = torch.tensor([0, 1])
    assert found_loss(vectors, documents, positives, temperature=0.5, duplicate_similarity=0.7).item() == 0
    assert found_loss(vectors, documents, positives, temperature=0.5, duplicate_similarity=0.9).item() > 0


def test_found_of_texts_without_a_positive_is_zero_with_a_gradient() -> None:
    vectors = torch.tensor([EAST], requires_grad=True)
    loss = found_loss(vectors, torch.tensor([EAST]), torch.tensor([-1]), temperature=0.5)
    loss.backward()
    assert loss.item() == 0
