"""Vectors without the teacher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from codequest.search import CodeIndex, IndexRun
from codequest.search.chunking.chunks import chunk_file
from codequest.search.freshness.quick_vectors import QuickVectors
from codequest.search.store import ChunkStore
from codequest.search.store.vector_file import mapped_vectors
from codequest.teachers import LocalTeacher
from tests.search.conftest import FILES

NEW = "def brand_new():\n    return 1\n"


def test_known_text_gets_the_vectors_of_the_teacher_and_the_rest_light_ones(
    project: Path, build: Callable[..., IndexRun], tiny_teacher: Path, tiny_light: Path, tmp_path: Path
) -> None:
    build(project)
    stats = CodeIndex.open(project, encoder=None).stats
    [known] = chunk_file("b.js", FILES["src/sort.js"], max_characters=400)
    [new] = chunk_file("new.py", NEW, max_characters=400)
    assert QuickVectors(stats).lacking([known, new]) == {"new.py"}
    light = replace(stats, light=str(tiny_light))
    vectors = QuickVectors(light)
    assert vectors.lacking([known, new]) == set()
    assert (vectors.fits(light), vectors.fits(stats)) == (True, False)
    assert QuickVectors(replace(stats, light=str(tmp_path / "gone"))).lacking([new]) == {"new.py"}
    store = ChunkStore(tmp_path)
    with store.begin({}, dim=48) as writer:
        assert vectors.add(writer, [known, new]) == 1
        assert vectors.add(writer, []) == 0
        versions = writer.finish()
    [vector] = mapped_vectors(store.place(versions), "teacher", rows=1, dim=48)
    expected = LocalTeacher(str(tiny_teacher)).encode_documents([known.embedded])[0]
    np.testing.assert_allclose(vector, expected, atol=1e-6)
    written = mapped_vectors(store.place(versions), "light", rows=2, dim=48)
    np.testing.assert_allclose(np.linalg.norm(written, axis=1), 1, atol=1e-6)
