"""The assistant finds more than its teacher, is taught by the teacher's vectors, and is never mistaken for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from codequest.data import RetrievalDataset
from codequest.evaluation.scoring import search_dataset
from codequest.teachers import CachedTeacher, Teacher, cached
from codequest.training import DistillationTrainer
from codequest.training.assistant import TeachingAssistant, train_assistant
from tests.training.conftest import TEXTS, Build, config

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")

CONFIG = config(losses={"infonce": 1.0, "cosine": 0.1}, epochs=40, learning_rate=1e-2, temperature=0.1)


def quality(teacher: Teacher, pairs: RetrievalDataset) -> float:
    queries, documents = list(pairs.queries.values()), list(pairs.documents.values())
    return search_dataset(pairs, teacher.encode_queries(queries), teacher.encode_documents(documents)).means["nDCG@10"]


def test_it_finds_more_than_the_teacher_among_the_same_documents(
    teacher: CachedTeacher, pairs: RetrievalDataset
) -> None:
    assistant = train_assistant(teacher, pairs, config=CONFIG)
    assert quality(assistant, pairs) > quality(teacher, pairs) + 0.1
    documents = list(pairs.documents.values())
    assert np.array_equal(assistant.encode_documents(documents), teacher.encode_documents(documents))
    lengths = np.linalg.norm(assistant.encode_queries(TEXTS[:9]), axis=1)
    assert lengths == pytest.approx(np.ones(9), abs=1e-5)


def test_its_queries_are_the_teachers_moved_by_the_map(teacher: CachedTeacher) -> None:
    dim = teacher.space.dim
    weight, bias = np.zeros((dim, dim), dtype=np.float32), np.zeros(dim, dtype=np.float32)
    weight[0, 1], bias[2] = 3.0, 0.5
    vectors = teacher.encode_queries(TEXTS[:5])
    moved = vectors.copy()
    moved[:, 0] += 3 * vectors[:, 1]
    moved[:, 2] += 0.5
    expected = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    np.testing.assert_allclose(TeachingAssistant(teacher, weight, bias).encode_queries(TEXTS[:5]), expected, atol=1e-6)


def test_the_seed_decides_and_candidates_are_a_sample(teacher: CachedTeacher, pairs: RetrievalDataset) -> None:
    short = replace(CONFIG, epochs=2, candidates=10)
    one, same = (train_assistant(teacher, pairs, config=short) for _ in range(2))
    other = train_assistant(teacher, pairs, config=replace(short, seed=1))
    assert one.variant == same.variant != other.variant


def test_no_cache_takes_it_for_the_teacher(teacher: CachedTeacher, pairs: RetrievalDataset, build: Build) -> None:
    assistant = train_assistant(teacher, pairs, config=replace(CONFIG, epochs=2))
    assert cached(assistant) is assistant
    runs = [DistillationTrainer(build("lora"), by, TEXTS, config=config()).output_dir for by in (teacher, assistant)]
    assert runs[0] != runs[1]


def test_a_student_of_it_is_more_like_it_than_like_the_teacher(
    teacher: CachedTeacher, pairs: RetrievalDataset, build: Build
) -> None:
    assistant, student = train_assistant(teacher, pairs, config=CONFIG), build("lora")
    DistillationTrainer(student, assistant, TEXTS, config=config()).train()
    vectors = student.encode(TEXTS[:60])
    likeness = [float((vectors * by.encode_queries(TEXTS[:60])).sum(1).mean()) for by in (assistant, teacher)]
    assert likeness[0] > likeness[1] + 0.05
    assert student.training["stages"][0]["assistant"] == assistant.variant
