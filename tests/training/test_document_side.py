"""Queries and documents in each other's place."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from codequest.data import RetrievalDataset
from codequest.teachers import CachedTeacher, LocalTeacher, cached
from codequest.training.document_side import ExchangedSides, exchanged
from tests.tiny import build_model
from tests.training.conftest import TEXTS, Build, config, train

DATASET = RetrievalDataset(
    "answers",
    queries={"q1": "sort a list", "q2": "order numbers", "q3": "read a file"},
    documents={"d1": "list.sort()", "d2": "open(path)", "d3": "", "d4": "print()"},
    qrels={"q1": {"d1": 2, "d2": 0}, "q2": {"d1": 1}, "q3": {"d2": 1, "d3": 1}},
)


def test_a_document_searches_for_the_queries_that_it_answers() -> None:
    found = exchanged(DATASET)
    assert found.queries == {"d1": "list.sort()", "d2": "open(path)"}
    assert found.documents == DATASET.queries
    assert found.qrels == {"d1": {"q1": 2, "q2": 1}, "d2": {"q3": 1}}


def test_vectors_are_those_of_the_other_side_and_are_kept_as_such(tmp_path: Path) -> None:
    folder = build_model(tmp_path / "prompted", prompts={"query": "query: ", "document": "passage: "})
    teacher = CachedTeacher(LocalTeacher(str(folder), device="cpu"), tmp_path / "vectors.sqlite")
    sides = ExchangedSides(teacher)
    assert cached(sides) is sides
    np.testing.assert_array_equal(sides.encode_queries(["sort a list"]), teacher.encode_documents(["sort a list"]))
    np.testing.assert_array_equal(sides.encode_documents(["sort a list"]), teacher.encode_queries(["sort a list"]))
    assert not np.allclose(sides.encode_queries(["sort a list"]), sides.encode_documents(["sort a list"]))


def test_documents_learn_to_be_found_by_frozen_queries(
    build: Build, teacher: CachedTeacher, pairs: RetrievalDataset
) -> None:
    encoder, queries = build("lora"), teacher.encode_queries(list(pairs.queries.values()))

    def found() -> float:
        scores = queries @ encoder.encode(list(pairs.documents.values())).T
        return float((scores.argmax(1) == np.arange(len(scores))).mean())

    before, losses = found(), {"infonce": 1.0, "cosine": 1.0}
    train(encoder, teacher, [], pairs=pairs, side="document", config=config(epochs=10, losses=losses))
    assert found() > before + 0.1
    assert encoder.documents
    [stage] = encoder.training["stages"]
    assert (stage["side"], stage["pairs"], stage["validation"]["measure"]) == ("document", 57, "nDCG@10")
    np.testing.assert_array_equal(encoder.encode_documents(["def sort(): ..."]), encoder.encode(["def sort(): ..."]))


def test_no_vector_of_the_teacher_is_asked_for_that_no_loss_reads(
    build: Build, teacher: CachedTeacher, pairs: RetrievalDataset, tmp_path: Path
) -> None:
    encoder = build("projection")
    train(encoder, teacher, TEXTS[:40])  # fits its map
    fresh = CachedTeacher(teacher.teacher, tmp_path / "fresh.sqlite")
    train(encoder, fresh, [], pairs=pairs, side="document", config=config(losses={"infonce": 1.0}))
    documents = list(pairs.documents.values())
    assert len(fresh.missing(documents, "document")) == 57  # of those that validate they are asked for
    assert fresh.missing(list(pairs.queries.values()), "query") == []
