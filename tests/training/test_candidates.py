"""A sample of the documents keeps every positive, and every loss keeps its meaning on it."""

from __future__ import annotations

import pytest
import torch

from codequest.data import RetrievalDataset
from codequest.errors import InvalidInputError
from codequest.teachers import CachedTeacher
from codequest.training import losses
from codequest.training.candidates import Candidates
from tests.training.conftest import TEXTS, Build, config, identical, ndcg, tensors, train

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")

DOCUMENTS = torch.nn.functional.normalize(torch.randn(50, 8, generator=torch.Generator().manual_seed(0)), dim=-1)
EVERYTHING = Candidates(DOCUMENTS, torch.tensor([7, -1, 41]), torch.tensor([[7, 9], [-1, -1], [41, -1]]))


def test_positions_in_the_sample_name_the_same_documents() -> None:
    sampled = EVERYTHING.sample(5, seed=3)
    assert 5 <= len(sampled.documents) <= 8
    assert torch.equal(sampled.documents[sampled.positives[[0, 2]]], DOCUMENTS[[7, 41]])
    assert torch.equal(sampled.documents[sampled.relevant[0]], DOCUMENTS[[7, 9]])
    assert sampled.positives[1] == -1
    assert sampled.relevant[1].tolist() == [-1, -1]


def test_the_seed_decides_and_all_of_them_is_all_of_them() -> None:
    assert torch.equal(EVERYTHING.sample(5, seed=3).documents, EVERYTHING.sample(5, seed=3).documents)
    assert not torch.equal(EVERYTHING.sample(9, seed=3).documents, EVERYTHING.sample(9, seed=4).documents)
    assert torch.equal(EVERYTHING.sample(50, seed=3).documents, DOCUMENTS)


def test_infonce_over_the_sample_is_infonce_over_those_documents() -> None:
    vectors = torch.nn.functional.normalize(torch.randn(3, 8, generator=torch.Generator().manual_seed(1)), dim=-1)
    sampled = EVERYTHING.sample(6, seed=0)
    found = losses.infonce_loss(
        vectors, sampled.documents, sampled.positives, relevant=sampled.relevant, temperature=0.1
    )
    scores = vectors[0] @ sampled.documents.T / 0.1
    rest = [n for n, document in enumerate(sampled.documents) if not torch.equal(document, DOCUMENTS[9])]
    first = scores[rest].logsumexp(0) - vectors[0] @ DOCUMENTS[7] / 0.1
    last = (vectors[2] @ sampled.documents.T / 0.1).logsumexp(0) - vectors[2] @ DOCUMENTS[41] / 0.1
    torch.testing.assert_close(found, (first + last) / 2)


def test_training_with_few_candidates_learns_and_repeats(
    build: Build, teacher: CachedTeacher, pairs: RetrievalDataset
) -> None:
    ends = []
    for candidates in (8, 8, None):
        encoder = build("projection")
        start = ndcg(build("projection"), teacher, pairs)
        few = config(losses={"infonce": 1.0, "cosine": 1.0}, candidates=candidates, epochs=20)
        train(encoder, teacher, [], config=few, pairs=pairs, validation=pairs.subset(list(pairs.queries)[:20]))
        assert ndcg(encoder, teacher, pairs) > start + 0.1
        ends.append(tensors(encoder))
    assert identical(ends[0], ends[1])
    assert not identical(ends[0], ends[2])


@pytest.mark.parametrize("wrong", [0, -3, 2.5, "all"])
def test_a_wrong_number_of_candidates_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidInputError, match="candidates must be"):
        config(candidates=wrong)


def test_regressed_documents_are_learned_too(build: Build, teacher: CachedTeacher, pairs: RetrievalDataset) -> None:
    documents = list(pairs.documents.values())
    cosines = []
    for regressed in ([], documents):
        encoder = build("lora")
        train(encoder, teacher, TEXTS[60:160], documents=regressed)
        cosines.append(float((encoder.encode(documents) * teacher.encode_documents(documents)).sum(1).mean()))
        (stage,) = encoder.training["stages"]
        assert (stage["documents"], stage["pairs"]) == (len(regressed), 0)
    assert cosines[1] > cosines[0] + 0.02
