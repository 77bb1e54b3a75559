"""Corpora embedded into folders: what readers find there, again after whatever ended a run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.corpus import CorpusRun, embed_corpus
from codequest.encoders import QueryEncoder
from codequest.errors import CorpusError, DatasetError, InvalidInputError, SpaceMismatchError, TeacherError
from codequest.space import Side
from codequest.teachers import LocalTeacher, load_teacher, probe_index, read_index
from codequest.teachers.stored.files import read_stored
from tests.corpus.material import TEXTS, FailingTeacher, jsonl
from tests.search.conftest import FILES, write
from tests.teachers.counting import CountingTeacher, vector_of

pytest.importorskip("pyarrow")

ROOT = Path(__file__).resolve().parents[2]
WANTED = np.stack([vector_of("document" + text) for text in TEXTS])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return jsonl(tmp_path / "corpus.jsonl")


def embedded(source: Any, out: Path, **options: Any) -> CorpusRun:
    return embed_corpus(source, out, **{"teacher": CountingTeacher(), "shard_size": 8, "dtype": "float32", **options})


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_corpus_becomes_shards_that_every_reader_reads(source: Path, tmp_path: Path) -> None:
    said: list[tuple[str, int, int]] = []
    run = embedded(source, tmp_path / "out", progress=lambda *now: said.append(now))
    assert (run.texts, run.vectors, run.shards, run.embedded, run.failed) == (20, 20, 3, 20, 0)
    assert sorted(content(run.folder)) == [
        "documents/000000.parquet", "documents/000001.parquet", "documents/000002.parquet", "lock", "manifest.json",
        "probes.safetensors", "space.json",
    ]  # fmt: skip
    for vectors, texts in (read_index(run.folder), read_stored(run.folder)):
        assert texts == TEXTS
        np.testing.assert_allclose(vectors, WANTED, atol=1e-6)
    stored = load_teacher(f"vectors:{run.folder}")
    assert stored.space == CountingTeacher().space
    np.testing.assert_allclose(stored.encode_documents(TEXTS[5:7]), WANTED[5:7], atol=1e-6)
    assert [now for now in said if now[0] == "Embedding texts"][-1] == ("Embedding texts", 20, 20)


def test_the_teacher_is_recognized_in_float16(source: Path, tmp_path: Path, tiny_teacher: Path) -> None:
    run = embed_corpus(source, tmp_path / "out", teacher=str(tiny_teacher))
    vectors, texts = read_index(run.folder)
    assert probe_index(vectors, texts, LocalTeacher(str(tiny_teacher)), samples=8).verdict == "match"


def test_queries_are_of_their_side(source: Path, tmp_path: Path) -> None:
    run = embedded(source, tmp_path / "out", side="query")
    stored = load_teacher(f"vectors:{run.folder}")
    np.testing.assert_allclose(stored.encode_queries(TEXTS[:2])[1], vector_of("query" + TEXTS[1]), atol=1e-6)
    vectors, _ = read_index(run.folder, side="query")
    assert vectors.shape == (20, 8)


def test_without_texts_they_are_given_to_readers(source: Path, tmp_path: Path) -> None:
    run = embedded(source, tmp_path / "out", keep_text=False)
    assert read_stored(run.folder)[1] is None
    with pytest.raises(TeacherError, match=r"embedded without keeping the texts. Name a file that holds them"):
        read_index(run.folder)
    assert read_index(run.folder, source)[1] == TEXTS


def test_a_light_encoder_embeds_into_its_teachers_space(source: Path, tmp_path: Path, light: Path) -> None:
    run = embed_corpus(source, tmp_path / "out", encoder=light, dtype="float32")
    encoder = QueryEncoder.from_pretrained(light)
    assert run.space == encoder.space
    np.testing.assert_allclose(read_stored(run.folder)[0], encoder.encode_documents(TEXTS), atol=1e-6)
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["embedder"], manifest["light"]) == (str(light), True)


def test_code_is_embedded_by_chunks(tmp_path: Path) -> None:
    pytest.importorskip("tree_sitter")
    run = embedded(write(tmp_path / "shop", {**FILES, ".env": "KEY=1"}), tmp_path / "out")
    assert (run.texts, run.skipped) == (6, {"may hold secrets": 1})
    assert any(text.startswith("def load_entry(self, key):") for text in read_index(run.folder)[1])


def test_a_run_that_was_stopped_goes_on_and_ends_as_one_that_was_not(source: Path, tmp_path: Path) -> None:
    whole = embedded(source, tmp_path / "whole", teacher=FailingTeacher())
    stopped = FailingTeacher(until=16 + 10)  # the reference vectors are 16
    with pytest.raises(TeacherError, match="no vector for"):
        embedded(source, tmp_path / "out", teacher=stopped)
    with pytest.raises(TeacherError, match=r"has 1 of 3 shards: it is not embedded to its end"):
        read_stored(tmp_path / "out")
    again = FailingTeacher()
    run = embedded(source, tmp_path / "out", teacher=again)
    assert (run.embedded, run.vectors) == (12, 20)
    twice = {text for _, text in stopped.embedded[16:]} & {text for _, text in again.embedded[16:]}
    assert twice == set()
    assert content(run.folder) == content(whole.folder)
    third = CountingTeacher()
    assert embedded(source, tmp_path / "out", teacher=third).embedded == 0
    assert len(third.embedded) == 16


def test_a_damaged_shard_is_made_again(source: Path, tmp_path: Path) -> None:
    run = embedded(source, tmp_path / "out")
    whole = content(run.folder)
    shard = run.folder / "documents" / "000001.parquet"
    shard.write_bytes(shard.read_bytes()[:-20])
    with pytest.raises(TeacherError, match=r"000001.parquet is no shard of vectors, or it is damaged"):
        read_stored(run.folder)
    assert embedded(source, tmp_path / "out").embedded == 8
    assert content(run.folder) == whole


def test_texts_that_fail_are_listed_by_their_ids(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "corpus.jsonl", [*TEXTS, " ", "copy 99"])
    run = embedded(source, tmp_path / "out", teacher=FailingTeacher("copy"))
    assert (run.texts, run.vectors, run.failed) == (22, 16, 6)
    assert run.reasons["d20"] == "the text is empty"
    lines = (run.folder / "failed.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["d16", "d17", "d18", "d19", "d20", "d21"]
    assert json.loads(lines[0])["why"] == "no vector for 1 text"
    assert read_index(run.folder)[1] == TEXTS[:16]


def test_a_source_that_changes_meanwhile_is_noticed(source: Path, tmp_path: Path) -> None:
    class Writing(CountingTeacher):
        def embed_batch(self, texts: Sequence[str], side: Side) -> Any:
            if len(self.embedded) >= 16:
                with source.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"_id": f"n{len(self.embedded)}", "text": "new"}) + "\n")
            return super().embed_batch(texts, side)

    with pytest.raises(CorpusError, match=r"corpus.jsonl changed while it was embedded"):
        embedded(source, tmp_path / "out", teacher=Writing())
    with pytest.raises(CorpusError, match=r"holds another corpus, or one that was embedded otherwise: 20 texts of"):
        embedded(source, tmp_path / "out")


def test_a_shard_of_texts_that_were_changed_and_changed_back_is_made_again(source: Path, tmp_path: Path) -> None:
    run = embedded(source, tmp_path / "out")
    whole, other = content(run.folder), tmp_path / "other"
    embedded(jsonl(tmp_path / "reversed.jsonl", TEXTS[::-1]), other)
    (run.folder / "documents" / "000000.parquet").write_bytes((other / "documents" / "000000.parquet").read_bytes())
    assert embedded(source, tmp_path / "out").embedded == 8
    assert content(run.folder) == whole


def test_the_folder_of_another_space_is_refused_and_kept(source: Path, tmp_path: Path) -> None:
    run = embedded(source, tmp_path / "out")
    before = content(run.folder)
    with pytest.raises(SpaceMismatchError, match=r"holds vectors of another space"):
        embedded(source, tmp_path / "out", teacher=CountingTeacher(dim=16))
    assert content(run.folder) == before


def test_nothing_is_written_before_the_source_is_known_to_be_right(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "corpus.jsonl", [*TEXTS])
    with source.open("a", encoding="utf-8") as file:
        file.write('{"_id": "d3", "text": "x"}\n')
    with pytest.raises(DatasetError, match=r"has 1 id more than once: 'd3'"):
        embedded(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dtype": "float64"}, "dtype must be one of float16, float32, got 'float64'"),
        ({"side": "both"}, "side must be one of query, document"),
        ({"engine": "spark"}, "engine must be one of local"),
        ({"shard_size": 0}, "A shard has at least one text"),
        ({"encoder": "static"}, "Name what embeds: either a teacher, or a light encoder"),
    ],
)
def test_arguments_that_cannot_be_are_refused(
    source: Path, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        embedded(source, tmp_path / "out", **options)


FULL_DISK = """
import resource, signal, sys
from codequest.corpus import embed_corpus
from codequest.errors import CorpusError
from tests.teachers.counting import CountingTeacher

source, out, limit = sys.argv[1:]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
try:
    embed_corpus(source, out, teacher=CountingTeacher(dim=64), shard_size=8)
except CorpusError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="RLIMIT_FSIZE")
@pytest.mark.parametrize("limit", [900, 1500], ids=["journal", "shard"])
def test_a_full_disk_is_an_error_that_says_what_is_kept(source: Path, tmp_path: Path, limit: int) -> None:
    embed_corpus(source, tmp_path / "whole", teacher=CountingTeacher(dim=64), shard_size=8)
    shutil.copytree(tmp_path / "whole", tmp_path / "out")
    (tmp_path / "out" / "documents" / "000001.parquet").unlink()
    process = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(source), str(tmp_path / "out"), str(limit)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.stdout.startswith(f"The vectors cannot be written to {tmp_path / 'out'}: File too large. The shards")
    assert "are kept: make room or allow writing, and run the same again." in process.stdout
    run = embed_corpus(source, tmp_path / "out", teacher=CountingTeacher(dim=64), shard_size=8)
    assert run.embedded == 8
    assert content(tmp_path / "out") == content(tmp_path / "whole")


MEMORY = """
import resource, sys
from codequest.corpus import embed_corpus
embed_corpus(sys.argv[1], sys.argv[2], encoder="static-documents", shard_size=2048)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the peak of memory")
def test_memory_does_not_grow_with_the_corpus(tmp_path: Path) -> None:
    peaks = []
    for count in (4096, 65_536):
        source = jsonl(tmp_path / f"{count}.jsonl", [f"{TEXTS[number % 20]} {number}" for number in range(count)])
        given = [sys.executable, "-c", MEMORY, str(source), str(tmp_path / f"out-{count}")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.run(given, env=environment, capture_output=True, text=True, timeout=500, check=True)
        peaks.append(int(process.stdout))
    assert peaks[1] <= 1.2 * peaks[0]
