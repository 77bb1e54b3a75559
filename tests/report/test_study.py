"""The numbers of a study on the four queries whose rankings are written down."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict
from math import log2

import numpy as np
import pytest

from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.evaluation import Report, compare, latency
from codequest.evaluation.comparison import Sampling
from codequest.report import ReportData, run_study
from codequest.space import EmbeddingSpace
from tests.evaluation.tables import (
    DATASET,
    DOCUMENT_VECTORS,
    PERFECT,
    STUDENT,
    TEACHER,
    TableEncoder,
    TableTeacher,
)

ENCODERS = {"weak": TableEncoder(), "perfect": TableEncoder(PERFECT)}


@pytest.fixture(scope="module")
def study(built):
    return built[0]


def test_the_report_is_that_of_compare(study):
    expected = compare(ENCODERS, TableTeacher(), DATASET, latency_queries=0, resamples=500)
    for found, row in zip(study.report.encoders, expected.encoders, strict=True):
        timed = {"latency_p50_ms": None, "latency_p95_ms": None, "speedup": None}
        assert {**asdict(found), **timed} == asdict(row)
    assert study.report.teacher.measures == expected.teacher.measures


def test_json_holds_the_numbers_of_the_study(study):
    values = json.loads(study.to_json())
    assert (values["schema"], values["schema_version"], values["labelled"]) == ("codequest.report", 3, True)
    assert Report.from_json(json.dumps(values["report"])) == study.report
    assert values["agreement"]["weak"]["overlap"] == study.agreement["weak"].overlap
    assert values["hubness"]["teacher"]["skewness"] == study.hubness["teacher"].skewness
    assert values["likeness"]["weak"]["percentiles"] == study.likeness["weak"].percentiles
    assert values["hnsw"]["needed"] == study.hnsw.needed
    recalls = {"teacher": study.report.teacher, **{row.name: row for row in study.report.encoders}}
    assert values["hnsw"]["labelled"]["recall_exact"] == {
        name: row.measures["Recall@10"] for name, row in recalls.items()
    }
    ndcg = values["hnsw"]["labelled"]["ndcg_exact"]
    assert ndcg == pytest.approx({name: row.measures["nDCG@10"] for name, row in recalls.items()})
    assert values["recall_at_100"] == {"teacher": 1.0, "weak": 1.0, "perfect": 1.0}
    assert values["verdict"]["encoders"][0]["name"] == "perfect"
    assert values["tradeoffs"][0]["front"] == list(study.tradeoffs[0].front)
    assert values["disagreements"]["weak"][0]["query"] == study.disagreements["weak"][0].query


def test_the_front_and_the_verdict_follow_from_the_numbers(study):
    assert {(one.cost, one.measure) for one in study.tradeoffs} == {
        (cost, measure) for cost in ("flops", "latency", "size") for measure in ("Recall@10", "retention of nDCG@10")
    }
    best, worst = study.verdict.encoders
    teacher = (3 + 1 / log2(3)) / 4
    assert (best.name, best.quality) == ("perfect", pytest.approx(1 / teacher))
    assert (best.on_front["flops"], worst.on_front["flops"]) == (True, False)
    assert worst.dominated_by["flops"] == "perfect"
    assert "perfect is at least as good with" not in best.sentence
    assert study.verdict.recommendations[0] == f"Best quality: perfect, {1 / teacher:.1%}."


def test_disagreements_are_those_of_the_tables(study):
    # The teacher finds the answers of queries 0, 1, 2 first, and that of query 3 second; weak finds i at rank i + 1.
    assert [(one.query, one.direction) for one in study.disagreements["weak"]] == [
        ("q2", "teacher better"), ("q1", "teacher better"), ("q3", "teacher better"),
    ]  # fmt: skip
    assert [(one.query, one.direction) for one in study.disagreements["perfect"]] == [("q3", "encoder better")]
    hits = study.disagreements["perfect"][0]
    assert [hit.document for hit in hits.teacher_hits] == ["d0", "d3", "d1"]
    assert [hit.relevant for hit in hits.encoder_hits] == [True, False, False]


def test_few_points_fall_back_to_pca_and_say_so(study):
    assert study.layout.method == "PCA"
    assert "The map is a PCA: 16 points are too few for t-SNE, which needs at least 30." in study.notes


def test_few_queries_are_remarked_on(study):
    assert "Only 4 queries: encoders whose intervals overlap may well be equal. Measure on more." in study.notes


def test_only_latencies_differ_between_two_runs(study):
    sampling = Sampling(latency_queries=0, resamples=500, seed=1)
    first, second = (run_study(ENCODERS, TableTeacher(), DATASET, sampling=sampling) for _ in range(2))
    assert first == second
    assert all(one.cost != "latency" for one in first.tradeoffs)
    assert "Latency was not measured; speed is compared by floating-point operations." in first.notes


def test_queries_that_there_was_no_time_to_time_are_said(monkeypatch):
    clock = itertools.count(step=10_000_000_000)
    monkeypatch.setattr(latency, "perf_counter_ns", lambda: next(clock))
    texts = list(DATASET.queries.values()) * 2
    data = ReportData("twice", dict(enumerate(texts)), dict(DATASET.documents))
    study = run_study({"weak": TableEncoder()}, TableTeacher(), data, sampling=Sampling(50, 500))
    assert study.report.latency_queries == 5
    assert study.report.encoders[0].latency_p50_ms == 10_000
    assert "Latency is of 5 queries, not of 8: more would take over half a minute." in study.notes


@pytest.fixture(scope="module")
def unlabelled():
    documents = {f"d{i}": f"document {i}" for i in range(4)} | {f"e{i}": f"extra {i}" for i in range(8)}
    vectors = np.concatenate([np.stack(list(DOCUMENT_VECTORS.values())), np.full((8, 4), -0.5)]).astype(np.float32)
    vectors[4:] *= np.linspace(1, 0.9995, 8)[:, None].astype(np.float32)
    data = ReportData("mine", DATASET.queries, dict.fromkeys(documents), None, vectors)
    same, other = TableEncoder(TEACHER), TableEncoder(STUDENT)
    return run_study({"same": same, "other": other}, TableTeacher(), data, sampling=Sampling(0, 500))


def test_without_labels_the_teachers_results_stand_for_them(unlabelled):
    assert unlabelled.labelled is False
    assert unlabelled.recall_at_100 is None
    assert unlabelled.report.teacher.measures == {}
    assert unlabelled.report.encoders[0].retention is None
    assert unlabelled.agreement["same"] == unlabelled.agreement["same"].__class__(1, 1, 1, 1, 1, 1)
    # The extra documents come after the four: both find the same ten, but on two of four queries another one first.
    other = unlabelled.agreement["other"]
    assert other.overlap == unlabelled.report.encoders[1].overlap
    assert other.overlap_low <= other.overlap <= other.overlap_high
    assert (other.overlap, other.first_found, other.same_first) == (1, 1, 0.5)
    assert 0.9 < other.rank_biased_overlap < 1
    assert [one.measure for one in unlabelled.tradeoffs] == [
        "overlap with the teacher's top 10", "rank-biased overlap with it",
    ] * 2  # fmt: skip
    assert unlabelled.notes[0].startswith("There are no labels for these queries.")
    assert unlabelled.verdict.encoders[0].sentence.startswith(
        "finds 100.0% [100.0%, 100.0%] of the teacher's first ten"
    )
    assert json.loads(unlabelled.to_json())["recall_at_100"] is None


def test_another_space_is_refused():
    with pytest.raises(SpaceMismatchError, match="Encoder 'odd' cannot be evaluated against this teacher"):
        run_study(
            {"odd": TableEncoder(space=EmbeddingSpace(teacher="someone/else", dim=4))},
            TableTeacher(),
            DATASET,
            sampling=Sampling(),
        )


def test_the_teachers_name_is_taken():
    with pytest.raises(InvalidInputError, match="'teacher' stands for the teacher itself"):
        run_study({"teacher": TableEncoder()}, TableTeacher(), DATASET, sampling=Sampling())


def test_no_encoder_is_refused():
    with pytest.raises(InvalidInputError, match="at least one encoder"):
        run_study({}, TableTeacher(), DATASET, sampling=Sampling())
