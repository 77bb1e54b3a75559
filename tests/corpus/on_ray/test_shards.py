"""The shards of a corpus as rows, without a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.corpus.sources.named import open_corpus
from codequest.corpus.sources.source import Columns
from codequest.corpus.survey import Survey, survey
from codequest.corpus.vector_folder import VectorFolder
from tests.corpus.material import TEXTS, jsonl
from tests.corpus.test_vector_folder import MANIFEST, begin

pytest.importorskip("ray")


def rows(source: Path, out: Path, found: Survey | None = None) -> list[dict[str, object]]:
    from codequest.corpus.on_ray.shards import ShardSource

    corpus = open_corpus([source], Columns(), side="document", longest_chunk=lambda: 1000)
    shards = ShardSource(VectorFolder(out, MANIFEST), corpus, found or survey(corpus))
    [task] = shards.get_read_tasks(8)
    assert shards.estimate_inmemory_data_size() is None
    return [row for block in task.read_fn() for row in block.to_pylist()]


def test_each_shard_is_a_row(tmp_path: Path) -> None:
    from codequest.corpus.on_ray.shards import records_of

    begin(tmp_path / "out")
    found = rows(jsonl(tmp_path / "a.jsonl"), tmp_path / "out")
    assert [(row["number"], row["count"], row["new"]) for row in found] == [(0, 8, True), (1, 8, True), (2, 4, True)]
    assert records_of(found[1])[0] == ("d8", TEXTS[8])


def test_what_is_wrong_with_the_source_is_the_last_row(tmp_path: Path) -> None:
    begin(tmp_path / "out")
    last = rows(jsonl(tmp_path / "a.jsonl"), tmp_path / "out", Survey(20, "other"))[-1]
    assert (last["number"], last["error"]) == (-1, "CorpusError")
    assert "a.jsonl changed while it was embedded" in str(last["message"])
