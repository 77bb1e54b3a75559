"""Rows of a LanceDB table by their cosines and words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.search import StoreFields
from codequest.search.external.lancedb import LanceSource

lancedb = pytest.importorskip("lancedb")
VECTORS = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0, 1]], np.float32)


def test_the_nearest_come_with_their_cosine_and_the_words_with_their_score(tmp_path: Path) -> None:
    rows = [
        {"vector": vector, "text": f"word{row} common", "path": f"{row}.py", "other": 1}
        for row, vector in enumerate(VECTORS)
    ]
    table = lancedb.connect(tmp_path).create_table("c", rows)
    source = LanceSource(table, vector="vector", fields=StoreFields())
    found = source.nearest(VECTORS[0], 2)
    assert [each.values["path"] for each in found] == ["0.py", "1.py"]
    assert [each.cosine for each in found] == pytest.approx([1.0, 0.6], abs=1e-6)
    assert (len(source), source.has_words) == (3, False)
    table.create_index("text", config=pytest.importorskip("lancedb.index").FTS())
    source = LanceSource(table, vector="vector", fields=StoreFields())
    assert source.has_words
    [only] = source.by_words("word2", VECTORS[0], 5)
    assert (only.values["path"], only.words > 0, only.cosine) == ("2.py", True, 0.0)
    assert source.by_words("nothing", VECTORS[0], 5) == []
