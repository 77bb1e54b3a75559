"""Several sources as one corpus."""

from __future__ import annotations

from pathlib import Path

from codequest.corpus.sources.source import Columns, Corpus
from codequest.corpus.sources.tables import LinesSource
from tests.corpus.material import TEXTS, jsonl


def test_shards_have_the_records_in_their_order(tmp_path: Path) -> None:
    corpus = Corpus([LinesSource(jsonl(tmp_path / "a.jsonl"), Columns())])
    shards = list(corpus.shards(8))
    assert [len(shard) for shard in shards] == [8, 8, 4]
    assert [text for shard in shards for _, text in shard] == TEXTS
    assert shards[1][0] == ("d8", TEXTS[8])
    assert corpus.skipped == {}
