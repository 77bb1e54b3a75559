"""Datasets of the hub as sources: configs and splits, from folders of their layout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest.corpus.sources.hub_table import HubSource
from codequest.corpus.sources.source import Columns
from codequest.errors import DatasetError

datasets = pytest.importorskip("datasets")

CARD = """---
configs:
- config_name: corpus
  data_files: [{split: corpus, path: corpus.jsonl}]
- config_name: code
  data_files: [{split: train, path: train.jsonl}, {split: rest, path: rest.jsonl}]
---
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / "layout"
    folder.mkdir()
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    rows = {
        "corpus": [{"_id": "a", "title": "T", "text": "x"}, {"_id": "b", "title": "", "text": "y"}],
        "train": [{"func": "def f(): ..."}],
        "rest": [{"func": "def g(): ..."}],
    }
    for name, records in rows.items():
        lines = "\n".join(json.dumps(record) for record in records)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def read(
    repository: Path, config: str | None = None, split: str | None = None, **columns: str
) -> list[tuple[str, str]]:
    return list(HubSource(str(repository), config, split, Columns(**columns)).records())


def test_the_corpus_is_the_config_of_that_name(repository: Path) -> None:
    assert read(repository) == [("a", "T\nx"), ("b", "y")]


def test_config_split_and_columns_are_chosen(repository: Path) -> None:
    assert read(repository, "code", text="func") == [("0", "def f(): ...")]
    assert read(repository, "code", "rest", text="func") == [("0", "def g(): ...")]


def test_what_is_not_there_is_said_with_what_is(repository: Path) -> None:
    with pytest.raises(DatasetError, match=r"has the configs 'code', 'corpus', not 'x'. Name one: hub:REPOSITORY:"):
        read(repository, "x")
    with pytest.raises(DatasetError, match=r"config code, has the splits 'rest', 'train', not 'x'"):
        read(repository, "code", "x")
    with pytest.raises(DatasetError, match=r"hub:.*:code has no column 'text' for the text. It has 'func'"):
        read(repository, "code")
