"""Approximate indexes with the queries of encoders, as people compare them: values written down or searched for."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from codequest.errors import MissingDependencyError, SpaceMismatchError
from codequest.report import ReportData
from codequest.report.approximate.ann import compare_in_indexes, to_json
from codequest.report.approximate.kinds import HNSW, IVF
from codequest.space import EmbeddingSpace
from tests.evaluation.tables import DATASET, PERFECT, TableEncoder, TableTeacher

DATA = ReportData.from_dataset(DATASET)


def test_both_indexes_are_searched_with_everyones_queries() -> None:
    teacher = TableTeacher()
    reports: list[str] = []
    found = compare_in_indexes(
        {"weak": TableEncoder(), "perfect": TableEncoder(PERFECT)},
        teacher,
        DATA,
        progress=lambda label, *_: reports.append(label),
    )
    assert [one.index for one in found] == ["HNSW", "IVF"]
    assert sorted(teacher.embedded) == sorted([*DATASET.queries.values(), *DATASET.documents.values()])  # once each
    assert reports
    second = 1 / np.log2(3)
    weak = (1 + second + 1 / np.log2(4) + 1 / np.log2(5)) / 4  # query i finds its document at rank i + 1
    for one in found:
        assert (one.documents, one.queries, one.k) == (4, 4, 4)
        assert {name: values[-1] for name, values in one.recall.items()} == {"teacher": 1, "weak": 1, "perfect": 1}
        assert one.labelled is not None
        expected = {"teacher": (3 + second) / 4, "weak": weak, "perfect": 1}
        assert one.labelled.ndcg_exact == pytest.approx(expected)
        assert {name: values[-1] for name, values in one.labelled.ndcg.items()} == pytest.approx(expected)


def test_only_the_kinds_that_were_asked_for_are_built() -> None:
    [one] = compare_in_indexes({"weak": TableEncoder()}, TableTeacher(), DATA, kinds=[IVF])
    assert (one.index, set(one.recall)) == ("IVF", {"teacher", "weak"})


def test_without_labels_nothing_is_measured_by_them() -> None:
    [one] = compare_in_indexes({"weak": TableEncoder()}, TableTeacher(), replace(DATA, qrels=None), kinds=[HNSW])
    assert one.labelled is None


def test_an_encoder_of_another_space_is_refused_before_anything_is_embedded() -> None:
    teacher = TableTeacher()
    odd = TableEncoder(space=EmbeddingSpace(teacher="someone/else", dim=4))
    with pytest.raises(SpaceMismatchError, match="Encoder 'odd' cannot search this teacher's documents"):
        compare_in_indexes({"weak": TableEncoder(), "odd": odd}, teacher, DATA)
    assert teacher.embedded == []


def test_faiss_must_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(MissingDependencyError, match=r"'faiss' is needed here.*codequest.*\[report\]"):
        compare_in_indexes({"weak": TableEncoder()}, TableTeacher(), DATA)


def test_json_has_the_results_by_the_name_of_their_index() -> None:
    results = compare_in_indexes({"weak": TableEncoder()}, TableTeacher(), DATA)
    text = to_json(results)
    values = json.loads(text)
    assert list(values) == ["HNSW", "IVF"]
    for one in results:
        assert values[one.index]["recall"] == {name: list(recall) for name, recall in one.recall.items()}
        assert values[one.index]["needed"] == one.needed
    assert text == to_json(results[::-1])  # the order does not matter
    assert text.endswith("}\n")
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json([replace(results[0], target=float("nan"))])
