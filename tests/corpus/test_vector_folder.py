"""The folder of a corpus: one writer, one corpus, one space, one teacher."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codequest.adapters.reference_vectors import ReferenceVectors
from codequest.corpus.vector_folder import VectorFolder, kept_on_error, sole_writer
from codequest.errors import CorpusError, SpaceMismatchError
from codequest.teachers.stored.shards import Manifest
from tests.teachers.counting import CountingTeacher

TEACHER = CountingTeacher()
MANIFEST = Manifest(
    format_version=1,
    codequest_version="0",
    space=TEACHER.space.to_dict(),
    embedder="counting",
    light=False,
    side="document",
    dtype="float16",
    keeps_text=True,
    sources=["a.jsonl"],
    source_digest="d",
    texts=20,
    shard_size=8,
)


def begin(path: Path, reference: ReferenceVectors | None = None, **changes: Any) -> None:
    path.mkdir(exist_ok=True)
    VectorFolder(path, replace(MANIFEST, **changes)).begin(reference or ReferenceVectors.of(TEACHER))


def test_a_folder_that_was_begun_goes_on_and_says_so(tmp_path: Path) -> None:
    begin(tmp_path)
    begin(tmp_path, codequest_version="1", embedder="auto:counting")
    assert Manifest.read(tmp_path) == MANIFEST
    assert MANIFEST.shards == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "documents", "manifest.json", "probes.safetensors", "space.json", "unfinished",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source_digest": "e"}, r"20 texts of a.jsonl there, which are not the 20 of a.jsonl as they are now"),
        ({"texts": 21, "sources": ["b"]}, r"which are not the 21 of b as they are now"),
        ({"dtype": "float32"}, r"dtype 'float16' there and 'float32' here. What is there is kept"),
        ({"side": "query", "shard_size": 9}, r"side 'document' there and 'query' here; shard_size 8 there and 9"),
        ({"keeps_text": False}, r"keeps_text True there and False here"),
        ({"light": True}, r"light False there and True here"),
    ],
)
def test_another_corpus_or_setting_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    begin(tmp_path)
    with pytest.raises(CorpusError, match=message):
        begin(tmp_path, **changes)


def test_another_space_is_refused(tmp_path: Path) -> None:
    begin(tmp_path)
    with pytest.raises(SpaceMismatchError, match=r"holds vectors of another space: .*They differ in dim 8 against 16"):
        begin(tmp_path, space=CountingTeacher(dim=16).space.to_dict())


def test_a_teacher_that_gives_other_vectors_now_is_refused(tmp_path: Path) -> None:
    begin(tmp_path)
    reference = ReferenceVectors.of(TEACHER)
    with pytest.raises(SpaceMismatchError, match=r"embedded by what gave other vectors than counting gives now"):
        begin(tmp_path, replace(reference, documents=reference.documents[::-1]))


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("x", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"is not empty \(thesis.txt, …\) and holds no vectors of a corpus"):
        begin(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_damaged_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"manifest.json holds no JSON"):
        begin(tmp_path)


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    with sole_writer(tmp_path / "a" / "out") as folder:
        assert folder == tmp_path / "a" / "out"
        with pytest.raises(CorpusError, match=r"Another process embeds into .*out"), sole_writer(folder):
            pass
    with sole_writer(folder):
        pass


def test_a_full_disk_and_memory_say_what_is_kept(tmp_path: Path) -> None:
    for problem, says in ((OSError(28, "No space left on device"), "No space left"), (MemoryError(), "Out of memory")):
        message = rf"{says}.*finished in .* are kept.*run the same again"
        with pytest.raises(CorpusError, match=message), kept_on_error(tmp_path):
            raise problem
