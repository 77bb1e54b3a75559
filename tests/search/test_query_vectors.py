"""What embeds the queries of an index."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest import LoRAQueryEncoder
from codequest.errors import (
    AdapterFormatError,
    InvalidInputError,
    SpaceMismatchError,
)
from codequest.search import CodeIndex, IndexRun
from codequest.search.chunking.chunks import chunk_file
from codequest.search.query_vectors import runnable_encoder
from codequest.teachers import LocalTeacher
from tests.search.conftest import FILES

Build = Callable[..., IndexRun]


def test_meaning_is_the_cosine_to_the_teachers_vectors(project: Path, build: Build, tiny_teacher: Path) -> None:
    build(project)
    query, teacher = "read the file of an entry", LocalTeacher(str(tiny_teacher))
    chunks = [chunk for path, text in FILES.items() for chunk in chunk_file(path, text, max_characters=6000)]
    cosines = teacher.encode_documents([chunk.embedded for chunk in chunks]) @ teacher.encode_queries([query])[0]
    expected = {(chunk.path, chunk.symbol): float(cosine) for chunk, cosine in zip(chunks, cosines, strict=True)}
    hits = CodeIndex.open(project, encoder="teacher").search(query, mode="dense", limit=20)
    assert len(hits) == 5  # a class and its only method share lines
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert [hit.score for hit in hits] == pytest.approx([expected[hit.path, hit.symbol] for hit in hits], abs=1e-5)


def test_an_encoder_of_the_space_searches_and_another_is_refused(
    project: Path, build: Build, tiny_base: Path, tiny_teacher: Path
) -> None:
    build(project)
    space = LocalTeacher(str(tiny_teacher)).space
    encoder = LoRAQueryEncoder.create(base=str(tiny_base), space=space, rank=4)
    assert len(CodeIndex.open(project, encoder=encoder).search("read a file", limit=2)) == 2
    with pytest.raises(SpaceMismatchError, match=r"adapter 'minilm-lora' embeds into .*index of .* was made in .*48-d"):
        CodeIndex.open(project)
    with pytest.raises(AdapterFormatError, match="No adapter 'nothing'"):
        CodeIndex.open(project, encoder="nothing")
    with pytest.raises(InvalidInputError, match="encoder must be the name"):
        CodeIndex.open(project, encoder=3)  # type: ignore[arg-type]


def test_without_torch_the_default_encoder_is_the_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path))
    assert runnable_encoder() == "minilm-lora"
    monkeypatch.setitem(sys.modules, "torch", None)
    assert runnable_encoder() == "static"
