"""An index that the teacher made, in a real store, searched by an encoder through the examples."""

from __future__ import annotations

import runpy
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest import QueryEncoder
from codequest.space import Vectors
from tests.integrations.stores.conftest import LANGUAGES, METRICS, NAME, STORES, TEXTS

ROOT = Path(__file__).parents[3]
QUESTION = "open a file"


class Example:
    """The example of a store, run here."""

    def __init__(self, adapter: Path, vectors: Vectors, capsys: pytest.CaptureFixture[str]) -> None:
        self.adapter = adapter
        self.scores = vectors @ QueryEncoder.from_pretrained(adapter).encode(QUESTION)
        self.capsys = capsys

    def hits(self, kind: str, *place: object, language: str | None = None) -> list[tuple[int, float]]:
        """Numbers and scores that it prints."""
        program = str(ROOT / "examples" / f"{kind}_search.py")
        given = [program, self.adapter, *place, QUESTION, *([language] if language else [])]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", list(map(str, given)))
            runpy.run_path(program, run_name="__main__")
        lines = [line.split() for line in self.capsys.readouterr().out.splitlines()]
        return [(int(number), float(score)) for score, number, *_ in lines]

    def expected(self, language: str | None = None) -> list[tuple[int, Any]]:
        """Those of exact search."""
        allowed = [row for row, name in enumerate(LANGUAGES) if language in (None, name)]
        first = sorted(allowed, key=lambda row: -self.scores[row])[:5]
        return [(row, pytest.approx(float(self.scores[row]), abs=1e-3)) for row in first]


@pytest.fixture
def example(static_folder: Path, document_vectors: Vectors, capsys: pytest.CaptureFixture[str]) -> Example:
    found = Example(static_folder, document_vectors, capsys)
    assert np.ptp(found.scores) > 0.1  # the documents differ enough for the order to mean something
    return found


@pytest.mark.parametrize("language", [None, "go"])
@pytest.mark.parametrize(("kind", "metric"), METRICS)
def test_the_encoder_finds_in_the_store_what_exact_search_finds(
    kind: str, metric: str, language: str | None, example: Example, document_vectors: Vectors, tmp_path: Path
) -> None:
    STORES[kind][0](tmp_path / kind, document_vectors, metric)
    files = ("index.faiss", "texts.txt")
    place = [tmp_path / kind / name for name in files] if kind == "faiss" else [tmp_path / kind, NAME]
    assert example.hits(kind, *place, language=language) == example.expected(language)


@pytest.mark.parametrize("distance", ["Cosine", "Dot", "Euclid"])
def test_one_of_several_vectors_of_qdrant_is_searched_by_its_name(
    distance: str, example: Example, document_vectors: Vectors, tmp_path: Path
) -> None:
    qdrant = pytest.importorskip("qdrant_client")
    models = qdrant.models
    size = models.VectorParams(size=48, distance=models.Distance(distance))
    with closing(qdrant.QdrantClient(path=str(tmp_path / "named"))) as client:
        client.create_collection(NAME, vectors_config={"by_teacher": size, "reversed": size})
        records = zip(document_vectors.tolist(), document_vectors[::-1].tolist(), TEXTS, LANGUAGES, strict=True)
        points = [
            models.PointStruct(
                id=row,
                vector={"by_teacher": one, "reversed": other},
                payload={"text": text, "language": language},
            )
            for row, (one, other, text, language) in enumerate(records)
        ]
        client.upsert(NAME, points)
    found = example.hits("qdrant", tmp_path / "named", f"{NAME}:by_teacher", language="go")
    assert found == example.expected("go")
    found = example.hits("qdrant", tmp_path / "named", f"{NAME}:reversed")
    assert [(len(TEXTS) - 1 - row, score) for row, score in found] == example.expected()


@pytest.mark.parametrize("metric", ["l2", "cosine", "dot"])
@pytest.mark.parametrize("kind", ["IvfPq", "HnswSq", "HnswPq"])
def test_rounded_vectors_of_lancedb_are_found_with_their_own_scores(
    kind: str, metric: str, example: Example, document_vectors: Vectors, tmp_path: Path
) -> None:
    lancedb, index = pytest.importorskip("lancedb"), pytest.importorskip("lancedb.index")
    repeated = [*enumerate(document_vectors)] * 4  # a product quantizer needs 256 rows
    rows = [{"vector": vector, "id": row, "text": TEXTS[row], "language": LANGUAGES[row]} for row, vector in repeated]
    table = lancedb.connect(tmp_path / "lance").create_table(NAME, rows)
    options = {"num_sub_vectors": 24} if kind.endswith("Pq") else {}
    table.create_index("vector", config=getattr(index, kind)(distance_type=metric, num_partitions=1, **options))
    found = example.hits("lancedb", tmp_path / "lance", NAME, language="go")
    assert len(found) == 5
    assert {LANGUAGES[row] for row, _ in found} == {"go"}
    assert found[0][0] == example.expected("go")[0][0]
    assert [score for _, score in found] == pytest.approx([example.scores[row] for row, _ in found], abs=1e-3)
