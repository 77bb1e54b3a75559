from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest.data import load_dataset, load_hub
from codequest.errors import DatasetError, MissingDependencyError

datasets = pytest.importorskip("datasets")
pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

CARD = """---
configs:
- config_name: corpus
  data_files:
  - split: corpus
    path: corpus.{ending}
- config_name: queries
  data_files:
  - split: {queries_split}
    path: queries.{ending}
- config_name: {qrels_config}
  data_files:
  - split: train
    path: train.{ending}
  - split: test
    path: test.{ending}
---
"""


def _write(path: Path, records: list[dict[str, object]]) -> None:
    if path.suffix == ".parquet":
        parquet.write_table(pyarrow.Table.from_pylist(records), path)
    else:
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.fixture
def build(tmp_path):
    def _build(queries_split: str = "queries", qrels_config: str = "default", ending: str = "jsonl") -> Path:
        folder = tmp_path / "hub-layout"
        folder.mkdir()
        card = CARD.format(queries_split=queries_split, qrels_config=qrels_config, ending=ending)
        (folder / "README.md").write_text(card)
        documents = [{"_id": "d1", "title": "T", "text": "a"}, {"_id": "d2", "title": "", "text": "b"}]
        _write(folder / f"corpus.{ending}", documents)
        _write(folder / f"queries.{ending}", [{"_id": "q1", "text": "find a"}, {"_id": "q2", "text": "find b"}])
        _write(folder / f"train.{ending}", [{"query-id": "q1", "corpus-id": "d1", "score": 1}])
        _write(folder / f"test.{ending}", [{"query-id": "q2", "corpus-id": "d2", "score": 2}])
        return folder

    return _build


@pytest.mark.parametrize(
    ("queries_split", "qrels_config", "ending"), [("queries", "default", "jsonl"), ("test", "qrels", "parquet")]
)
def test_the_layouts_of_beir_and_mteb_are_read(build, queries_split, qrels_config, ending):
    folder = build(queries_split, qrels_config, ending)
    dataset = load_hub(folder)
    assert dataset.name == f"{folder}/test"
    assert dataset.documents == {"d1": "T\na", "d2": "b"}
    assert dataset.queries == {"q2": "find b"}
    assert dataset.qrels == {"q2": {"d2": 2}}
    assert load_hub(folder, split="train").qrels == {"q1": {"d1": 1}}


def test_a_folder_in_the_working_directory_is_not_the_repository(build, monkeypatch):
    monkeypatch.chdir(build().parent)
    with pytest.raises(DatasetError, match=r"is a repository on the hub, but a folder .* Write hub:\./hub-layout for"):
        load_dataset("hub:hub-layout")
    assert load_dataset("hub:./hub-layout").documents == {"d1": "T\na", "d2": "b"}
    assert load_hub(Path("hub-layout")).queries == {"q2": "find b"}


def test_a_missing_split_lists_those_that_exist(build):
    with pytest.raises(DatasetError, match=r"has no split 'dev'\. Its qrels have 'test', 'train'\."):
        load_hub(build(), split="dev")


def test_another_layout_lists_the_configs(build):
    with pytest.raises(DatasetError, match=r"has the configs 'corpus', 'judged', 'queries'\. A retrieval dataset has"):
        load_hub(build(qrels_config="judged"))


def test_an_ambiguous_text_split_is_refused(build):
    folder = build()
    card = (folder / "README.md").read_text()
    two = card.replace("split: corpus\n", "split: a\n    path: corpus.jsonl\n  - split: b\n")
    (folder / "README.md").write_text(two)
    with pytest.raises(DatasetError, match=r"config corpus, has neither the split 'test' nor 'corpus'.*: 'a', 'b'\."):
        load_hub(folder)


def test_a_malformed_row_is_named(build):
    folder = build()
    for split in ("train", "test"):
        _write(folder / f"{split}.jsonl", [{"query-id": "q2", "corpus-id": "d2", "score": 0.5}])
    with pytest.raises(DatasetError, match=r"config default, row 1: a relevance score is an integer .* got 0\.5"):
        load_hub(folder)


def test_a_damaged_file_is_an_error_of_the_dataset(build):
    folder = build()
    (folder / "queries.jsonl").write_bytes(b"damaged")
    with pytest.raises(DatasetError, match=r"config queries, cannot be read from the Hugging Face hub: "):
        load_hub(folder)


def test_no_network_is_an_error_of_the_dataset():
    with pytest.raises(DatasetError, match=r"codequest-test/absent cannot be read .* Check the name and the network"):
        load_hub("codequest-test/absent")


def test_the_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'codequest\[hub\]'"):
        load_hub("codequest-test/absent")
