from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import log2

import numpy as np
import pytest

from codequest.data import RetrievalDataset
from codequest.encoders.cost import backbone_cost
from codequest.errors import DatasetError, InvalidInputError, SpaceMismatchError
from codequest.evaluation import compare, evaluate
from codequest.evaluation.scoring import SearchResults, mean_overlap, search_dataset
from codequest.teachers import CachedTeacher, LocalTeacher
from tests.evaluation.tables import DATASET, PERFECT, SPACE, STUDENT, TEACHER, TableEncoder, TableTeacher, vector

STUDENT_NDCG = (1 + 1 / log2(3) + 1 / log2(4) + 1 / log2(5)) / 4  # the answer of query i is at rank i + 1
TEACHER_NDCG = (3 + 1 / log2(3)) / 4  # three at rank 1, one at rank 2


@pytest.fixture(scope="module")
def report():
    return evaluate(TableEncoder(), TableTeacher(), DATASET, latency_queries=2)


def test_the_measures_of_known_rankings(report):
    assert report.teacher.measures == pytest.approx(
        {"nDCG@10": TEACHER_NDCG, "MRR@10": 3.5 / 4, "Recall@1": 0.75, "Recall@5": 1, "Recall@10": 1}
    )
    assert report.encoders[0].measures == pytest.approx(
        {
            "nDCG@10": STUDENT_NDCG,
            "MRR@10": (1 + 1 / 2 + 1 / 3 + 1 / 4) / 4,
            "Recall@1": 0.25,
            "Recall@5": 1,
            "Recall@10": 1,
        }
    )


def test_retention_is_the_ratio_of_the_mean_ndcg(report):
    row = report.encoders[0]
    assert row.retention == pytest.approx(STUDENT_NDCG / TEACHER_NDCG)
    student = np.array([1, 1 / log2(3), 1 / log2(4), 1 / log2(5)])
    teacher = np.array([1, 1, 1, 1 / log2(3)])
    ratios = [student[list(draw)].sum() / teacher[list(draw)].sum() for draw in product(range(4), repeat=4)]  # all 256
    assert row.retention_low == pytest.approx(np.quantile(ratios, 0.025), abs=0.01)
    assert row.retention_high == pytest.approx(np.quantile(ratios, 0.975), abs=0.01)


def test_cosine_to_the_teacher(report):
    expected = np.mean([vector(STUDENT[text]) @ vector(TEACHER[text]) / 30 for text in STUDENT])
    assert report.encoders[0].cosine == pytest.approx(expected)


def test_cost_is_that_of_the_encoder(report):
    row = report.encoders[0]
    assert (row.parameters, row.active_bytes, row.flops, row.tokens) == (2_500_000, 10_000_000, 12_000_000, 12)
    assert report.teacher.parameters is None


def test_the_report_says_what_was_measured(report):
    assert (report.dataset, report.queries, report.documents, report.latency_queries) == ("four", 4, 4, 2)
    assert report.teacher.name == "test/table"
    assert report.encoders[0].name == report.encoders[0].kind == "table"
    assert report.space == SPACE.fingerprint
    assert set(report.machine) >= {"cpu", "threads"}
    assert report.versions["torch"].startswith("2.")


def test_latency_is_measured_of_both(report):
    row = report.encoders[0]
    assert 0 < row.latency_p50_ms <= row.latency_p95_ms
    assert row.speedup == pytest.approx(report.teacher.latency_p50_ms / row.latency_p50_ms)
    assert report.teacher.speedup is None


def test_an_encoder_equal_to_the_teacher_loses_nothing():
    row = evaluate(TableEncoder(TEACHER), TableTeacher(), DATASET, latency_queries=0).encoders[0]
    assert (row.retention, row.retention_low, row.retention_high, row.overlap) == (1, 1, 1, 1)
    assert row.cosine == pytest.approx(1)
    assert row.latency_p50_ms is None
    assert row.speedup is None


def test_compare_keeps_order_and_embeds_every_text_once():
    teacher = TableTeacher()
    encoders = {"perfect": TableEncoder(PERFECT), "teacher": TableEncoder(TEACHER), "weak": TableEncoder()}
    report = compare(encoders, teacher, DATASET, latency_queries=0, resamples=100)
    assert [row.name for row in report.encoders] == ["perfect", "teacher", "weak"]
    retained = [row.retention for row in report.encoders]
    assert retained == pytest.approx([1 / TEACHER_NDCG, 1, STUDENT_NDCG / TEACHER_NDCG])
    assert sorted(teacher.embedded) == sorted([*DATASET.queries.values(), *DATASET.documents.values()])


def test_overlap_counts_shared_documents_whatever_their_order():
    tops = [np.array(top) for top in ([[0, 1, 2, 3], [4, 5, 6, 7]], [[3, 2, 1, 0], [7, 8, 9, 1]])]
    ceiling, found = (SearchResults(np.ones((2, 1), np.float32), top, {}) for top in tops)
    assert mean_overlap(found, ceiling) == pytest.approx((1 + 0.25) / 2)


def test_latency_is_that_of_the_model_that_is_cached(tmp_path):
    model = TableTeacher()
    evaluate(TableEncoder(), CachedTeacher(model, tmp_path / "vectors.sqlite"), DATASET, latency_queries=1)
    timed = [text for text in model.embedded if text in DATASET.queries.values()]
    assert len(timed) == 4 + 1 + 3  # once for the cache, once to warm up, three times on the clock


def test_latency_is_that_of_torch(tiny_teacher, tmp_path, monkeypatch):
    in_torch, teacher = TableTeacher(), LocalTeacher(str(tiny_teacher), device="cpu")
    monkeypatch.setattr(LocalTeacher, "in_torch", lambda self: in_torch)

    class Twin(TableEncoder):
        def embed_batch(self, queries):
            return teacher.encode_queries(queries)

    stored = CachedTeacher(teacher, tmp_path / "vectors.sqlite")
    evaluate(Twin(space=teacher.space), stored, DATASET, latency_queries=1)
    assert len([text for text in in_torch.embedded if text in DATASET.queries.values()]) == 1 + 3


def test_a_teacher_of_stored_vectors_has_no_latency():
    report = evaluate(TableEncoder(), TableTeacher(embeds_new=False), DATASET, latency_queries=2)
    assert report.teacher.latency_p50_ms is None
    assert report.encoders[0].latency_p50_ms > 0
    assert report.encoders[0].speedup is None


def test_the_cost_of_a_teacher_on_this_machine_is_known(tiny_teacher):
    teacher = LocalTeacher(str(tiny_teacher), device="cpu")

    class Twin(TableEncoder):
        def embed_batch(self, queries):
            return teacher.encode_queries(queries)

    report = evaluate(Twin(space=teacher.space), teacher, DATASET, latency_queries=0)
    expected = backbone_cost(teacher.backbone, (), tokens=12)
    assert (report.teacher.parameters, report.teacher.flops) == (expected.parameters, expected.flops)
    assert report.machine["teacher"] == "fp32"
    assert report.encoders[0].cosine == pytest.approx(1, abs=1e-5)
    assert report.encoders[0].retention == pytest.approx(1)


def test_the_seed_repeats_the_interval():
    first, second, other = (
        evaluate(TableEncoder(), TableTeacher(), DATASET, latency_queries=0, resamples=50, seed=seed).encoders[0]
        for seed in (1, 1, 2)
    )
    assert first == second
    assert first.retention_low != other.retention_low


def test_another_space_is_refused_before_anything_is_embedded():
    teacher = TableTeacher()
    encoders = {"own": TableEncoder(), "foreign": TableEncoder(space=replace(SPACE, teacher="test/other"))}
    with pytest.raises(
        SpaceMismatchError, match=r"Encoder 'foreign' cannot be evaluated against this teacher: .*other"
    ):
        compare(encoders, teacher, DATASET)
    assert teacher.embedded == []


@pytest.mark.parametrize(
    ("encoders", "options", "message"),
    [
        ({}, {}, "Expected at least one encoder"),
        (
            {"a": TableEncoder()},
            {"latency_queries": -1},
            "latency_queries must be a whole number of at least 0, got -1",
        ),
        ({"a": TableEncoder()}, {"resamples": 0}, "resamples must be a whole number of at least 1, got 0"),
    ],
)
def test_wrong_arguments_are_refused(encoders, options, message):
    with pytest.raises(InvalidInputError, match=message):
        compare(encoders, TableTeacher(), DATASET, **options)


def test_a_teacher_that_finds_nothing_is_refused():
    many = {f"x{i}": "document 0" for i in range(10)}
    dataset = RetrievalDataset("hard", {"q": "query 0"}, {**many, "d1": "document 1"}, {"q": {"d1": 1}})
    with pytest.raises(DatasetError, match="teacher scores zero on all 1 query"):
        evaluate(TableEncoder(), TableTeacher(), dataset, latency_queries=0)


def test_vectors_of_other_texts_are_refused():
    with pytest.raises(
        InvalidInputError, match="four has 4 queries and 4 documents, got 3 query vectors and 4 document"
    ):
        search_dataset(DATASET, np.ones((3, 4), np.float32), np.ones((4, 4), np.float32))
