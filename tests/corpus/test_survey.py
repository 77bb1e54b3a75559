"""The first pass: numbers, digests, and what cannot be embedded."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.corpus import survey as module
from codequest.corpus.sources.named import open_corpus
from codequest.corpus.sources.source import Columns, Corpus, Record
from codequest.corpus.survey import RunningDigest, survey
from codequest.errors import DatasetError
from tests.corpus.material import TEXTS, jsonl


def corpus(*paths: Path) -> Corpus:
    return open_corpus(paths, Columns(), side="document", longest_chunk=lambda: 1000)


def test_it_counts_and_tells_corpora_apart(tmp_path: Path) -> None:
    found = survey(corpus(jsonl(tmp_path / "a.jsonl")))
    assert found.texts == len(TEXTS)
    assert found == survey(corpus(jsonl(tmp_path / "b.jsonl")))
    others = [survey(corpus(jsonl(tmp_path / "c.jsonl", texts))) for texts in (TEXTS[:-1], TEXTS[::-1])]
    assert len({found.digest, *(other.digest for other in others)}) == 3


def test_a_digest_knows_where_ids_and_texts_end() -> None:
    digests = set()
    for records in ([("a", "bc")], [("ab", "c")], [("a", "b"), ("c", "")], [("a", ""), ("b", "c")]):
        digest = RunningDigest()
        for record in records:
            digest.add(Record(*record))
        assert digest.count == len(records)
        digests.add(digest.survey().digest)
    assert len(digests) == 4


def test_an_id_that_comes_twice_is_named(tmp_path: Path) -> None:
    paths = jsonl(tmp_path / "a.jsonl"), jsonl(tmp_path / "b.jsonl", TEXTS[:1])
    with pytest.raises(DatasetError, match=r"a.jsonl, .*b.jsonl has 1 id more than once: 'd0'. Every id must occur"):
        survey(corpus(*paths))


def test_two_ids_of_one_hash_are_no_repeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codequest.corpus.repeats.hash_of", lambda name: 1)
    monkeypatch.setattr(module, "hash_of", lambda name: 1)
    assert survey(corpus(jsonl(tmp_path / "a.jsonl"))).texts == len(TEXTS)


@pytest.mark.parametrize(
    ("texts", "says"), [([], "a.jsonl holds no text. Name another"), (["", " "], "holds 2 texts, all of them empty")]
)
def test_nothing_to_embed_is_an_error(tmp_path: Path, texts: list[str], says: str) -> None:
    with pytest.raises(DatasetError, match=says):
        survey(corpus(jsonl(tmp_path / "a.jsonl", texts)))


def test_a_folder_without_code_says_what_was_not_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KEY=1", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"holds no text. Not read: 1 × may hold secrets"):
        survey(corpus(tmp_path))
