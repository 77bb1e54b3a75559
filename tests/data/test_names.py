"""What a dataset's name stands for."""

from pathlib import Path

import pytest

from codequest.data.names import dataset_parts, load_dataset
from codequest.errors import InvalidInputError


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("data/cosqa", (False, ["data/cosqa"])),
        ("data/cosqa:dev", (False, ["data/cosqa", "dev"])),
        ("data/cosqa:dev:corpus_nodoc", (False, ["data/cosqa", "dev", "corpus_nodoc"])),
        ("hub:mteb/cosqa", (True, ["mteb/cosqa"])),
        ("hub:mteb/cosqa:test", (True, ["mteb/cosqa", "test"])),
    ],
)
def test_a_name_has_a_place_a_split_and_a_corpus(name: str, parts: tuple[bool, list[str]]) -> None:
    assert dataset_parts(name) == parts


@pytest.mark.parametrize("name", ["", "a::b", "a:b:c:d", "hub:", "hub:a:b:c"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"Cannot read the dataset .*Expected FOLDER\[:SPLIT\[:CORPUS\]\]"):
        dataset_parts(name)


def test_relative_folders_begin_at_the_root(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "tiny"
    (folder / "qrels").mkdir(parents=True)
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "sort a list"}\n', encoding="utf-8")
    (folder / "short.jsonl").write_text('{"_id": "d", "text": "sorted(items)"}\n', encoding="utf-8")
    (folder / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t1\n", encoding="utf-8")
    found = load_dataset("data/tiny:dev:short", root=tmp_path)
    assert (found.queries, found.documents) == ({"q": "sort a list"}, {"d": "sorted(items)"})
    assert found.qrels == {"q": {"d": 1}}
