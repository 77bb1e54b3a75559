"""What is held out, and what is trained on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from codequest.adapt import Material, Plan, gather
from codequest.adapt.stages import divide
from codequest.teachers import CachedTeacher, LocalTeacher

PLAN = Plan(
    queries=120, pairs=100, regression=9, refinement=3, embedding_seconds=1, training_seconds=1, measuring_seconds=1
)


@pytest.fixture(scope="module")
def material(code: Path) -> Material:
    return gather(code=[str(code)], enough_queries=5, enough_pairs=5, packages=[])


def test_a_tenth_of_the_pairs_is_measured_on_and_nothing_of_it_trained_on(material: Material) -> None:
    division = divide(material, PLAN, seed=0)
    assert division.test is not None
    assert division.pairs is not None
    assert (len(division.test.queries), len(division.documents)) == (10, 100)
    assert len(division.pairs.queries) == 180  # web searches among them
    held = set(division.held)
    assert not held & {*division.queries, *division.pairs.queries.values()}
    assert len(division.queries) == 120
    assert set(division.labelled) == held | set(division.pairs.queries.values())


def test_without_pairs_some_queries_are_measured_on(material: Material) -> None:
    division = divide(material, replace(PLAN, pairs=0), seed=0)
    assert (division.pairs, division.test, division.documents, division.labelled) == (None, None, [], [])
    assert (len(division.queries), len(division.unlabelled)) == (108, 12)
    assert not set(division.queries) & set(division.held)


def test_what_a_teacher_that_stopped_has_embedded(material: Material, tiny_teacher: Path, tmp_path: Path) -> None:
    division = divide(material, PLAN, seed=0)
    assert division.pairs is not None
    teacher = CachedTeacher(LocalTeacher(str(tiny_teacher), device="cpu"), tmp_path / "vectors.sqlite")
    teacher.encode_queries(division.labelled)
    teacher.encode_documents(division.documents[:80])
    left = division.embedded_by(teacher)
    assert left.pairs is not None
    assert left.test is not None
    assert list(left.test.documents.values()) == division.documents[:80]
    answers = {left.pairs.documents[key] for judged in left.pairs.qrels.values() for key in judged}
    assert answers <= set(division.documents[:80])
    assert 50 <= len(left.pairs.queries) < len(division.pairs.queries)
    teacher.encode_documents(division.documents)
    assert division.embedded_by(teacher) is division
    fewer = CachedTeacher(LocalTeacher(str(tiny_teacher), device="cpu"), tmp_path / "fewer.sqlite")
    fewer.encode_documents(division.documents[:3])
    assert (division.embedded_by(fewer).pairs, division.embedded_by(fewer).test) == (None, None)
