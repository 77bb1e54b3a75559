"""The teacher that most indexes here are of, as a graph: real functions and queries of every length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.demo.corpus import StandardLibrary, standard_library
from codequest.evaluation.scoring import search_dataset
from codequest.runtimes import measure_parity
from codequest.space import Vectors
from codequest.teachers import LocalTeacher

pytest.importorskip("openvino")
pytest.importorskip("ir_measures")
NAME = "sentence-transformers/all-mpnet-base-v2"


def excerpts(library: StandardLibrary, count: int) -> list[str]:
    """The beginnings of files, the shortest of a line, the longest truncated by the teacher."""
    files = sorted(path for path in library.root.glob("*.py") if path.stat().st_size > 6000)[:count]
    longest = np.geomspace(60, 6000, len(files)).astype(int)
    return [path.read_text(encoding="utf-8")[:length] for path, length in zip(files, longest, strict=True)]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_graph_of_the_real_teacher_finds_what_torch_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path))
    library = standard_library(test_functions=80)
    queries, documents = (list(texts.values()) for texts in (library.test.queries, library.test.documents))
    teachers = LocalTeacher(NAME, device="cpu"), LocalTeacher(NAME, precision="auto", device="cpu")
    found: list[tuple[Vectors, Vectors]] = []
    for teacher in teachers:
        vectors = teacher.encode_documents([*documents, *excerpts(library, 40)])
        found.append((teacher.encode_queries(queries), vectors))
    assert [teacher.runtime for teacher in teachers] == ["torch", "openvino"]
    (expected_queries, expected), (query_vectors, vectors) = found
    parity = measure_parity(np.concatenate([query_vectors, vectors]), np.concatenate([expected_queries, expected]))
    assert len(expected) + len(expected_queries) == 200
    assert parity.cosine >= 0.999
    assert parity.worst >= 0.998
    assert parity.overlap >= 0.95
    ceiling = search_dataset(library.test, expected_queries, expected[: len(documents)])
    measured = search_dataset(library.test, query_vectors, vectors[: len(documents)])
    assert measured.means["nDCG@10"] == pytest.approx(ceiling.means["nDCG@10"], abs=0.01)
