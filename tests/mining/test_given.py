"""Queries that were written down already: hub datasets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest.errors import DatasetError, InvalidInputError, MissingDependencyError
from codequest.mining import derive_queries


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset of two splits with a column of questions."""
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / "hub-layout"
    folder.mkdir()
    records = [{"question": "how do I sort?", "id": "1"}, {"question": "where  is\nit?", "id": "2"}]
    (folder / "train.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    (folder / "test.jsonl").write_text('{"question": "never seen", "id": "3"}\n', encoding="utf-8")
    return folder


def test_splits_and_columns_can_be_named(layout: Path) -> None:
    assert derive_queries([f"hub:{layout}:train"]).texts == ["how do I sort?", "where is it?"]
    assert sorted(derive_queries([f"hub:{layout}"]).texts) == ["how do I sort?", "never seen", "where is it?"]
    found = derive_queries([f"hub:{layout}:test:id"])
    assert [(query.text, query.origin, query.source) for query in found.queries] == [("3", "given", f"hub:{layout}")]


def test_a_folder_in_the_working_directory_is_not_the_repository(layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(layout.parent)
    with pytest.raises(DatasetError, match=r"hub-layout is a repository on the hub, but a folder of that name is here"):
        derive_queries(["hub:hub-layout"])
    assert derive_queries(["hub:./hub-layout:test"]).texts == ["never seen"]


def test_splits_and_columns_that_do_not_exist_are_named(layout: Path) -> None:
    with pytest.raises(DatasetError, match=r"has no split 'dev'\. It has 'test', 'train'"):
        derive_queries([f"hub:{layout}:dev"])
    with pytest.raises(DatasetError, match=r"has no column 'title'\. It has 'question', 'id'"):
        derive_queries([f"hub:{layout}:test:title"])


@pytest.mark.parametrize("name", ["hub:", "hub:a:", "hub:a:b:c:d", "hub: :b"])
def test_malformed_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"Cannot read the hub dataset .* Expected hub:REPOSITORY\[:SPLIT"):
        derive_queries([name])


def test_what_cannot_be_fetched_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatasetError, match=r"codequest-test/absent cannot be read from the Hugging Face hub"):
        derive_queries(["hub:codequest-test/absent"])
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'codequest.*\[hub\]'"):
        derive_queries(["hub:codequest-test/absent"])
