"""What is measured at the end, with labels and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.adapt.measuring import Outcome, measure
from codequest.adapt.sources import TeacherSource
from codequest.adapt.stages import Division
from codequest.data import RetrievalDataset
from codequest.encoders import LoRAQueryEncoder, QueryEncoder
from codequest.teachers import CachedTeacher, LocalTeacher

QUERIES = ["sort a dict", "read the file", "open http"]
DOCUMENTS = ["sort a dict", "read the file", "open http", *(f"the list {number}" for number in range(9))]


@pytest.fixture
def teacher(tiny_base: Path) -> CachedTeacher:
    return CachedTeacher(LocalTeacher(str(tiny_base), device="cpu"))


@pytest.fixture
def encoder(tiny_base: Path, teacher: CachedTeacher) -> QueryEncoder:
    """One whose map is fitted to a few queries."""
    made = LoRAQueryEncoder.create(str(tiny_base), space=teacher.space, rank=2, device="cpu")
    texts = [*DOCUMENTS, *QUERIES]
    made.initialize(made.prepare(texts), teacher.encode_queries(texts))
    return made


def test_retention_where_there_are_labels(teacher: CachedTeacher, encoder: QueryEncoder) -> None:
    documents = {f"d{number}": text for number, text in enumerate(DOCUMENTS)}
    queries = {f"q{number}": text for number, text in enumerate(QUERIES)}
    test = RetrievalDataset("held out", queries, documents, {f"q{n}": {f"d{n}": 1} for n in range(3)})
    report = measure({"mine": encoder}, TeacherSource(teacher, None, []), Division([], None, test, []))
    assert report is not None
    assert report.teacher.measures["nDCG@10"] == 1  # each query is a document
    assert report.encoders[0].retention == report.encoders[0].measures["nDCG@10"]
    assert report.encoders[0].name == "mine"


def test_overlap_where_there_are_none_and_nothing_without_documents(
    teacher: CachedTeacher, encoder: QueryEncoder
) -> None:
    division = Division([], None, None, QUERIES)
    report = measure({"mine": encoder}, TeacherSource(teacher, None, DOCUMENTS), division)
    assert report is not None
    row = report.encoders[0]
    assert row.retention is None
    assert row.overlap is not None
    assert 0.7 < row.overlap <= 1  # ten of twelve
    assert measure({"mine": encoder}, TeacherSource(teacher, None, []), division) is None


def test_a_start_that_finds_more_is_named(tiny_base: Path, teacher: CachedTeacher, encoder: QueryEncoder) -> None:
    untrained = LoRAQueryEncoder.create(str(tiny_base), space=teacher.space, rank=2, device="cpu")
    source, division = TeacherSource(teacher, None, DOCUMENTS), Division([], None, None, QUERIES)

    def outcome(encoders: dict[str, QueryEncoder]) -> Outcome:
        return Outcome(Path("out"), measure(encoders, source, division), 0, 1.0, None)

    assert outcome({"mine": untrained, "static, as it was": encoder}).better_start == "static, as it was"
    assert outcome({"mine": encoder, "static, as it was": untrained}).better_start is None
    assert outcome({"mine": encoder}).better_start is None
