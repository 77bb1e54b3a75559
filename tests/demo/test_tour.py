"""The demo on a few functions with tiny models: what it finds, what it measures, what it trains."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from codequest import QuantizedQueryEncoder, QueryEncoder, load_teacher
from codequest.demo import DEMO_QUERIES, StandardLibrary, run_demo, tour
from codequest.errors import InvalidInputError
from codequest.evaluation import compare
from codequest.teachers import CachedTeacher
from tests.demo.libraries import small_library, use_tiny_models


@pytest.fixture
def adapters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_base: Path, tiny_teacher: Path) -> tuple[str, ...]:
    return use_tiny_models(monkeypatch, tmp_path, base=tiny_base, teacher=tiny_teacher)


@pytest.fixture
def library(tmp_path: Path) -> StandardLibrary:
    return small_library(tmp_path / "lib")


def test_every_adapter_is_measured_and_the_last_one_searches(
    adapters: tuple[str, ...], library: StandardLibrary, tiny_teacher: Path
) -> None:
    result = run_demo(library=library)
    assert (result.library, result.searcher, result.trained) == (library, adapters[-1], None)
    encoders = {name: QueryEncoder.from_pretrained(name) for name in adapters}
    expected = compare(encoders, CachedTeacher(load_teacher(str(tiny_teacher))), library.test, latency_queries=0)
    assert [row.measures for row in result.report.encoders] == [row.measures for row in expected.encoders]
    assert result.report.teacher.measures == expected.teacher.measures
    assert result.report.latency_queries == 10  # all that there are, 30 at most
    assert list(result.searches) == list(DEMO_QUERIES)


def test_hits_are_the_three_nearest_functions_of_teacher_and_encoder(
    adapters: tuple[str, ...], library: StandardLibrary, tiny_teacher: Path
) -> None:
    result, teacher = run_demo(library=library), load_teacher(str(tiny_teacher))
    documents = load_teacher(f"auto:{tiny_teacher}").encode_documents(list(library.test.documents.values()))
    places = list(library.test.documents)
    by_both = teacher.encode_queries(DEMO_QUERIES), QueryEncoder.from_pretrained(adapters[-1]).encode(DEMO_QUERIES)
    for side, vectors in enumerate(by_both):
        scores = vectors @ documents.T
        for row, query in zip(scores.tolist(), DEMO_QUERIES, strict=True):
            nearest = sorted(range(len(row)), key=row.__getitem__, reverse=True)[:3]
            hits = result.searches[query][side]
            assert [hit.location for hit in hits] == [places[position] for position in nearest]
            assert [hit.name for hit in hits] == [library.functions[hit.location].name for hit in hits]
            assert [hit.score for hit in hits] == pytest.approx([row[position] for position in nearest], abs=1e-5)


@pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")  # ten functions are few
def test_an_encoder_that_is_refined_searches_and_is_trained_once(
    adapters: tuple[str, ...], library: StandardLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run_demo(library=library, train=True)
    assert result.searcher == f"{adapters[-1]}, refined"
    assert [row.name for row in result.report.encoders] == [*adapters, result.searcher]
    assert result.trained is not None
    assert result.trained.parent == tmp_path / "cache" / "demo"
    refined, before = (QueryEncoder.from_pretrained(folder) for folder in (result.trained, adapters[-1]))
    assert (refined.encode("read a file") @ before.encode("read a file")) < 0.999
    changed = {**library.train.documents, next(iter(library.train.documents)): "def other(): ..."}
    monkeypatch.setattr(tour, "DistillationTrainer", refuse)
    again = run_demo(library=library, train=True)
    assert again.trained == result.trained
    assert again.report.encoders[-1].measures == result.report.encoders[-1].measures
    with pytest.raises(AssertionError, match="would train"):  # an adapter of other code is another adapter
        run_demo(library=replace(library, train=replace(library.train, documents=changed)), train=True)


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("would train")


def test_an_encoder_that_cannot_be_trained_is_not_refined(
    adapters: tuple[str, ...],
    library: StandardLibrary,
    tiny_teacher: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space = QueryEncoder.from_pretrained(adapters[0]).space
    compact = QuantizedQueryEncoder.create(
        space=space, precision="int8", runtime="torch", weights=str(tiny_teacher), device="cpu"
    )
    monkeypatch.setattr(tour, "ADAPTERS", (str(compact.save_pretrained(tmp_path / "compact")),))
    with pytest.raises(InvalidInputError, match=r"A quantized encoder has nothing to train; the demo refines"):
        run_demo(library=library, train=True)
