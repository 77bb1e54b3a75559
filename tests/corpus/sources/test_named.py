"""Sources by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codequest.corpus.sources.named import open_corpus
from codequest.corpus.sources.source import Columns, Corpus
from codequest.errors import CodequestError, DatasetError, InvalidInputError
from tests.cli.commands import beir
from tests.corpus.material import TEXTS, jsonl
from tests.search.conftest import write

QUERIES = ["sort", "read"]


def opened(*names: str | Path, side: Any = "document", **columns: str) -> Corpus:
    return open_corpus(names, Columns(**columns), side=side, longest_chunk=lambda: 1000)


def test_a_beir_folder_has_documents_and_queries(tmp_path: Path) -> None:
    folder = beir(tmp_path / "data", QUERIES, ["sort(x)", "read(x)"])
    assert list(opened(folder).records()) == [("d0", "sort(x)"), ("d1", "read(x)")]
    assert list(opened(folder, side="query").records()) == [("q0", "sort"), ("q1", "read")]


def test_several_files_are_one_corpus_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("x\ny\n", encoding="utf-8")
    corpus = opened(jsonl(tmp_path / "a.jsonl", TEXTS[:2]), tmp_path / "b.txt")
    assert list(corpus.records()) == [("d0", TEXTS[0]), ("d1", TEXTS[1]), ("b.txt/0", "x"), ("b.txt/1", "y")]
    assert [len(shard) for shard in corpus.shards(3)] == [3, 1]
    assert corpus.names == [str(tmp_path / "a.jsonl"), str(tmp_path / "b.txt")]


def test_several_checkouts_are_told_apart_by_their_names(tmp_path: Path) -> None:
    pytest.importorskip("tree_sitter")
    roots = [write(tmp_path / name, {"a.txt": name, "no.py": ""}) for name in ("shop", "site")]
    corpus = opened(*roots)
    assert list(corpus.records()) == [("shop/a.txt:1-1", "shop"), ("site/a.txt:1-1", "site")]
    assert corpus.skipped == {"empty": 2}
    assert list(opened(roots[0]).records()) == [("a.txt:1-1", "shop")]


@pytest.mark.parametrize(
    ("names", "options", "error", "message"),
    [
        ([], {}, InvalidInputError, r"nothing to embed. Name at least one source: A .jsonl"),
        (["none.jsonl"], {}, DatasetError, r"There is no none.jsonl. Expected a source: A .jsonl"),
        (["a.csv"], {}, DatasetError, r"a.csv is of a type that is not embedded"),
        (["hub:a:b:c:d"], {}, InvalidInputError, r"Expected hub:REPOSITORY\[:CONFIG\[:SPLIT\]\]"),
        (["hub:"], {}, InvalidInputError, r"Cannot read the source 'hub:'"),
        (["code"], {"text": "body"}, InvalidInputError, r"code is no BEIR folder with a corpus.jsonl: it would be cut"),
        (["code"], {"side": "query"}, InvalidInputError, r"code is no BEIR folder with a queries.jsonl"),
        (["code", "x/code"], {}, InvalidInputError, r"Several sources are called 'code', by which their ids are told"),
    ],
)
def test_names_that_cannot_be_are_refused(
    names: list[str],
    options: dict[str, Any],
    error: type[CodequestError],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(write(tmp_path, {"a.csv": "x", "code/a.py": "x = 1"}))
    with pytest.raises(error, match=message):
        opened(*names, **options)
