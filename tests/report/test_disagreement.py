from __future__ import annotations

import numpy as np
import pytest

from codequest.report import ReportData
from codequest.report.disagreement import FoundDocuments, find_disagreements

QUERIES = {f"q{number}": f"query {number}" for number in range(4)}
DOCUMENTS = {f"d{number}": f"document {number} " + "x" * 500 for number in range(4)}
TOP = np.array([[0, 1, 2, 3], [1, 0, 2, 3], [2, 0, 1, 3], [3, 0, 1, 2]])
SCORES = np.tile(np.array([0.9, 0.8, 0.7, 0.6], np.float32), (4, 1))


def ranking(quality: list[float] | None) -> FoundDocuments:
    return FoundDocuments(TOP, SCORES, None if quality is None else np.array(quality))


def test_with_labels_both_directions_are_listed_greatest_difference_first():
    data = ReportData("four", QUERIES, DOCUMENTS, {f"q{n}": {f"d{n}": 1, "d2": 0} for n in range(4)})
    found = find_disagreements(data, ranking([0.2, 1.0, 0.5, 0.1]), ranking([0.4, 0.3, 0.5, 0.9]), np.ones(4))
    assert [(one.query, one.direction) for one in found] == [
        ("q3", "teacher better"), ("q0", "teacher better"), ("q1", "encoder better"),
    ]  # fmt: skip
    first = found[0]
    assert (first.text, first.teacher, first.encoder) == ("query 3", 0.9, 0.1)
    assert [hit.document for hit in first.teacher_hits] == ["d3", "d0", "d1"]
    assert [hit.relevant for hit in first.encoder_hits] == [True, False, False]
    assert first.teacher_hits[0].score == pytest.approx(0.9)
    assert first.teacher_hits[0].text.endswith("xxx …")
    assert len(first.teacher_hits[0].text) == 402


def test_without_labels_the_least_overlap_comes_first():
    data = ReportData("four", QUERIES, dict.fromkeys(DOCUMENTS), None, np.ones((4, 2), np.float32))
    found = find_disagreements(data, ranking(None), ranking(None), np.array([1.0, 0.5, 0.2, 0.5]))
    assert [one.query for one in found] == ["q2", "q1", "q3"]
    assert {one.direction for one in found} == {"different"}
    assert [one.encoder for one in found] == [0.2, 0.5, 0.5]
    assert found[0].encoder_hits[0].text is None
    assert found[0].encoder_hits[0].relevant is None


def test_at_most_so_many_of_each_direction():
    data = ReportData("four", QUERIES, DOCUMENTS)
    assert len(find_disagreements(data, ranking(None), ranking(None), np.zeros(4), count=2)) == 2
