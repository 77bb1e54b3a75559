"""Folders of embedded corpora in real stores, by the examples that fill them, and searched by those that search."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

from codequest.corpus import embed_corpus
from codequest.space import Vectors
from tests.integrations.stores.conftest import NAME, TEXTS
from tests.integrations.stores.test_search import Example

pytest.importorskip("pyarrow")

FILL = Path(__file__).parents[3] / "examples" / "fill_stores"
MODULES = {"faiss": "faiss", "qdrant": "qdrant_client", "lancedb": "lancedb", "chroma": "chromadb"}


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("kind", MODULES)
def test_a_folder_goes_into_the_store_and_is_found_there(
    kind: str,
    dtype: str,
    tiny_teacher: Path,
    static_folder: Path,
    document_vectors: Vectors,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip(MODULES[kind])
    lines = [json.dumps({"id": number, "text": text}) for number, text in enumerate(TEXTS)]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    run = embed_corpus(
        tmp_path / "corpus.jsonl", tmp_path / "out", teacher=str(tiny_teacher), dtype=dtype, shard_size=32
    )
    files = [tmp_path / "index.faiss", tmp_path / "texts.txt"]
    place = files if kind == "faiss" else [tmp_path / kind, NAME]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [f"fill_{kind}.py", str(run.folder), *map(str, place)])
        runpy.run_path(str(FILL / f"fill_{kind}.py"), run_name="__main__")
    assert capsys.readouterr().out.startswith(f"{len(TEXTS)} ")
    example = Example(static_folder, document_vectors, capsys)
    assert example.hits(kind, *place) == example.expected()
