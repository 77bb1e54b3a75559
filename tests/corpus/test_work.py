"""The shards of a corpus, one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.corpus.shard import embed_shard
from codequest.corpus.sources.named import open_corpus
from codequest.corpus.sources.source import Columns
from codequest.corpus.survey import survey
from codequest.corpus.vector_folder import VectorFolder
from codequest.corpus.work import shard_work
from codequest.errors import CorpusError
from tests.corpus.material import TEXTS, jsonl
from tests.corpus.test_vector_folder import MANIFEST, TEACHER, begin

pytest.importorskip("pyarrow")


def test_finished_shards_are_known_by_what_they_hold(tmp_path: Path) -> None:
    begin(tmp_path / "out")
    folder = VectorFolder(tmp_path / "out", MANIFEST)
    corpus = open_corpus([jsonl(tmp_path / "a.jsonl")], Columns(), side="document", longest_chunk=lambda: 1000)
    found = survey(corpus)
    first, second, third = shard_work(folder, corpus, found)
    assert [work.finished for work in (first, second, third)] == [False] * 3
    embed_shard(TEACHER, second.records, 1, folder.plan)
    assert [work.finished for work in shard_work(folder, corpus, found)] == [False, True, False]
    jsonl(tmp_path / "a.jsonl", [*TEXTS[:8], "other", *TEXTS[9:]])
    with pytest.raises(CorpusError, match=r"a.jsonl changed while it was embedded"):
        assert [work.finished for work in shard_work(folder, corpus, found)] == [False] * 3
