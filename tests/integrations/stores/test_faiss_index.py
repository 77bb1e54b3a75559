"""Every kind of FAISS index: what is read of it, and what the example finds in it."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest import QueryEncoder
from codequest.errors import InvalidInputError
from codequest.integrations.stores import faiss_ids, read_faiss
from codequest.space import Vectors
from tests.integrations.stores.conftest import LANGUAGES, TEXTS

faiss = pytest.importorskip("faiss")
EXAMPLE = str(Path(__file__).parents[3] / "examples" / "faiss_search.py")
WHOLE = ["Flat", "HNSW16", "IVF4,Flat", "IDMap,Flat", "IDMap2,Flat", "IDMap,HNSW16", "IDMap,IVF4,Flat"]
ROUNDED = ["PQ8x4", "SQ8", "IVF4,PQ8x4", "IVF4,SQ8", "IDMap,IVF4,PQ8x4", "IVF4,PQ8x4fs"]
METRICS = {"dot": faiss.METRIC_INNER_PRODUCT, "euclidean": faiss.METRIC_L2}
QUESTION = "open a file"


def filled(kind: str, vectors: Vectors, metric: str = "dot") -> Any:
    """An index of this kind, every list of which is searched; ids of an ID map are 10, 13, 16, …"""
    index = faiss.index_factory(vectors.shape[1], kind, METRICS[metric])
    inverted = faiss.try_extract_index_ivf(index.index if kind.startswith("IDMap") else index)
    if inverted is not None:
        inverted.nprobe = inverted.nlist
    index.train(vectors)
    if kind.startswith("IDMap"):
        index.add_with_ids(vectors, 10 + 3 * np.arange(len(vectors), dtype=np.int64))
    else:
        index.add(vectors)
    return index


def found_by_example(
    index: Any, adapter: Path, folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> list[list[str]]:
    faiss.write_index(index, str(folder / "index.faiss"))
    lines = (f"{text} in {language}\n" for text, language in zip(TEXTS, LANGUAGES, strict=True))
    (folder / "texts.txt").write_text("".join(lines), encoding="utf-8")
    given = [EXAMPLE, adapter, folder / "index.faiss", folder / "texts.txt", QUESTION, *words]
    patch.setattr(sys, "argv", list(map(str, given)))
    runpy.run_path(EXAMPLE, run_name="__main__")
    return [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]


def check_hits(hits: list[list[str]], ids: list[int], scores: Vectors, rows: Iterable[int]) -> None:
    assert [int(id) for _, id, _ in hits] == ids
    assert [float(score) for score, *_ in hits] == pytest.approx(scores, abs=1e-3)
    assert [text for *_, text in hits] == [f"{TEXTS[row]} in {LANGUAGES[row]}" for row in rows]


@pytest.mark.parametrize("word", [None, "go"])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", WHOLE)
def test_the_example_finds_what_exact_search_finds(
    kind: str,
    metric: str,
    word: str | None,
    static_folder: Path,
    document_vectors: Vectors,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    index = filled(kind, document_vectors, metric)
    hits = found_by_example(index, static_folder, tmp_path, monkeypatch, capsys, *([word] if word else []))
    scores = document_vectors @ QueryEncoder.from_pretrained(static_folder).encode(QUESTION)
    allowed = [row for row, name in enumerate(LANGUAGES) if word in (None, name)]
    expected = sorted(allowed, key=lambda row: -scores[row])[:5]
    ids = [10 + 3 * row if kind.startswith("IDMap") else row for row in expected]
    check_hits(hits, ids, scores[expected], expected)


@pytest.mark.parametrize("kind", ROUNDED)
def test_rounded_vectors_are_found_with_their_own_texts(
    kind: str,
    static_folder: Path,
    document_vectors: Vectors,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    index = filled(kind, document_vectors)
    hits = found_by_example(index, static_folder, tmp_path, monkeypatch, capsys)
    query = QueryEncoder.from_pretrained(static_folder).encode([QUESTION])
    scores, ids = index.search(query, 5)
    rows = (ids[0] - 10) // 3 if kind.startswith("IDMap") else ids[0]
    check_hits(hits, ids[0].tolist(), scores[0], rows)
    assert read_faiss(index).vectors.shape == (0, 48)


def test_a_filter_that_a_kind_cannot_apply_is_refused(
    static_folder: Path,
    document_vectors: Vectors,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    index = filled("PQ8x4", document_vectors)
    with pytest.raises(SystemExit, match=r"^IndexPQ has no search in some of its rows: leave out WORD"):
        found_by_example(index, static_folder, tmp_path, monkeypatch, capsys, "go")


@pytest.mark.parametrize("kind", WHOLE)
def test_what_is_kept_whole_is_read_with_its_texts(kind: str, document_vectors: Vectors) -> None:
    stored = read_faiss(filled(kind, document_vectors), texts=TEXTS)
    assert (stored.metric, stored.dim) == ("dot", 48)
    rows = [TEXTS.index(text) for text in stored.texts if text]
    assert len(rows) == len(set(rows)) == 8
    np.testing.assert_allclose(stored.vectors, document_vectors[rows], atol=1e-6)


def test_ids_of_an_ivf_index_do_not_tell_its_rows(document_vectors: Vectors) -> None:
    index = faiss.index_factory(48, "IVF4,Flat", faiss.METRIC_INNER_PRODUCT)
    index.train(document_vectors)
    index.add_with_ids(document_vectors, 7 * np.arange(len(TEXTS), dtype=np.int64))
    with pytest.raises(InvalidInputError, match=r"was given ids of its own .*Look them up by the ids .*IndexIDMap"):
        read_faiss(index, texts=TEXTS)
    assert read_faiss(index).vectors.shape == (8, 48)


def test_ids_are_in_the_order_of_the_rows(document_vectors: Vectors) -> None:
    assert faiss_ids(filled("IVF4,Flat", document_vectors), TEXTS).tolist() == list(range(81))
    assert faiss_ids(filled("IDMap,HNSW16", document_vectors), TEXTS)[:3].tolist() == [10, 13, 16]
    message = r"\(IndexFlat\) has 81 rows, got 1 text\. Give one per row"
    with pytest.raises(InvalidInputError, match=message):
        faiss_ids(filled("Flat", document_vectors), ["a"])
