"""The teacher's cache, filled from a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.corpus import fill_cache
from codequest.errors import InvalidInputError
from codequest.teachers import CachedTeacher, VectorsTeacher
from tests.corpus.material import TEXTS, jsonl
from tests.teachers.counting import CountingTeacher, vector_of


def test_what_it_embeds_is_found_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    said: list[tuple[str, int, int]] = []
    source = jsonl(tmp_path / "queries.jsonl", [*TEXTS, " "])
    run = fill_cache(source, teacher=CountingTeacher(), progress=lambda *now: said.append(now))
    assert (run.texts, run.embedded) == (20, 20)
    assert run.path.is_relative_to(tmp_path / "cache")
    assert [now for now in said if now[0] == "Embedding texts"][-1][2] == 21
    asked = CountingTeacher()
    found = CachedTeacher(asked).encode_queries(TEXTS)
    np.testing.assert_allclose(found, np.stack([vector_of("query" + text) for text in TEXTS]), atol=1e-6)
    assert asked.embedded == []
    assert fill_cache(source, teacher=CountingTeacher()).embedded == 0


def test_a_teacher_without_a_cache_is_refused(tmp_path: Path) -> None:
    stored = VectorsTeacher(CountingTeacher().space)
    with pytest.raises(InvalidInputError, match="The vectors of counting are stored already, or vary: it has no cache"):
        fill_cache(jsonl(tmp_path / "queries.jsonl"), teacher=stored)
