from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from codequest.errors import CodequestError, DatasetError, InvalidInputError
from codequest.report import ReportData, load_report_data
from tests.evaluation.tables import DATASET


def jsonl(path: Path, *records: object) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two queries and three documents, without labels."""
    root = tmp_path / "code"
    root.mkdir()
    jsonl(root / "queries.jsonl", {"_id": "q1", "text": "sort a list"}, {"_id": "q2", "text": "read a file"})
    jsonl(root / "corpus.jsonl", *({"_id": f"d{n}", "text": f"def f{n}"} for n in range(3)))
    return root


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    path = tmp_path / "index.npy"
    np.save(path, np.eye(3, dtype=np.float16))
    return path


def label(folder: Path, *rows: str, split: str = "dev") -> Path:
    (folder / "qrels").mkdir(exist_ok=True)
    (folder / "qrels" / f"{split}.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]), encoding="utf-8")
    return folder


def test_labels_are_used_where_there_are_any(folder: Path) -> None:
    data = load_report_data(label(folder, "q2\td1\t1"))
    assert data.name == "code/dev"
    assert data.queries == {"q2": "read a file"}
    assert data.qrels == {"q2": {"d1": 1}}
    assert list(data.documents) == ["d0", "d1", "d2"]


def test_a_folder_without_labels_is_no_error(folder: Path) -> None:
    data = load_report_data(folder)
    assert data.name == "code"
    assert data.qrels is None
    assert data.queries == {"q1": "sort a list", "q2": "read a file"}
    assert data.documents == {"d0": "def f0", "d1": "def f1", "d2": "def f2"}


def test_queries_of_ones_own_need_only_a_corpus(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("open a socket\nopen  a SOCKET\nparse json\n", encoding="utf-8")
    label(folder, "q2\td1\t1")
    (folder / "queries.jsonl").unlink()
    data = load_report_data(folder, queries=tmp_path / "mine.txt")
    assert data.name == "code + mine.txt"
    assert data.queries == {"1": "open a socket", "2": "parse json"}
    assert data.qrels is None
    assert len(data.documents) == 3


def test_an_index_needs_no_texts(tmp_path: Path, vectors: Path) -> None:
    (tmp_path / "mine.txt").write_text("open a socket", encoding="utf-8")
    data = load_report_data(None, queries=tmp_path / "mine.txt", vectors=vectors)
    assert data.documents == {"0": None, "1": None, "2": None}
    assert data.document_vectors.dtype == np.float32
    np.testing.assert_array_equal(data.document_vectors, np.eye(3))
    assert data.name == "mine.txt + index.npy"


def test_an_index_is_read_in_every_format_with_its_texts(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("open a socket", encoding="utf-8")
    texts, stored = ["def a", "def b", "def c"], np.eye(3, dtype=np.float32)
    pa = pytest.importorskip("pyarrow")
    pytest.importorskip("pyarrow.parquet").write_table(
        pa.table({"text": texts, "vector": stored.tolist()}), tmp_path / "index.parquet"
    )
    np.savez(tmp_path / "index.npz", texts=np.array(texts), vectors=stored)
    (tmp_path / "folder").mkdir()
    np.save(tmp_path / "folder" / "documents.npy", stored)
    jsonl(tmp_path / "folder" / "documents.jsonl", *texts)
    for name in ("index.parquet", "index.npz", "folder"):
        data = load_report_data(None, queries=tmp_path / "mine.txt", vectors=tmp_path / name)
        assert list(data.documents.values()) == texts
        np.testing.assert_array_equal(data.document_vectors, stored)


def test_texts_of_an_index_are_strings_or_objects(tmp_path: Path, vectors: Path) -> None:
    (tmp_path / "mine.txt").write_text("open a socket", encoding="utf-8")
    file = tmp_path / "texts.jsonl.gz"
    lines = ["def f", {"text": "return 1", "title": "def g"}, {"_id": "third", "text": "pass"}]
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    data = load_report_data(None, queries=tmp_path / "mine.txt", vectors=vectors, documents=file)
    assert data.documents == {"0": "def f", "1": "def g\nreturn 1", "third": "pass"}


def test_vectors_stand_next_to_labels_and_texts(folder: Path, vectors: Path) -> None:
    data = load_report_data(label(folder, "q2\td1\t1"), vectors=vectors)
    assert data.qrels is not None
    assert data.documents["d1"] == "def f1"
    assert data.document_vectors.shape == (3, 3)


def test_a_dataset_gives_what_it_has(tmp_path: Path) -> None:
    assert load_report_data(DATASET).qrels == DATASET.qrels
    (tmp_path / "mine.txt").write_text("open a socket", encoding="utf-8")
    data = load_report_data(DATASET, queries=tmp_path / "mine.txt")
    assert data.qrels is None
    assert data.documents == DATASET.documents


def test_what_is_missing_is_named(folder: Path, tmp_path: Path, vectors: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"nothing to search with. Name a dataset, or a file of queries"):
        load_report_data(None, vectors=vectors)
    (tmp_path / "mine.txt").write_text("open a socket", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"nothing to search in. Name a dataset, a file of documents, or the"):
        load_report_data(None, queries=tmp_path / "mine.txt")
    with pytest.raises(DatasetError, match="missing is not a folder"):
        load_report_data(tmp_path / "missing")
    with pytest.raises(DatasetError, match=r"no split 'test'.*It has 'dev'"):
        load_report_data(label(folder, "q2\td1\t1"), split="test")
    with pytest.raises(DatasetError, match=r"no other\.jsonl"):
        load_report_data(folder, queries=tmp_path / "mine.txt", corpus="other")


def test_files_that_contradict_each_other_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="judge 1 document id not among its 3 document ids: 'd9'"):
        load_report_data(label(folder, "q2\td9\t1"))
    np.save(tmp_path / "two.npy", np.eye(2, dtype=np.float32))
    with pytest.raises(InvalidInputError, match=r"has 3 documents but 2 document vectors. Row i must be"):
        load_report_data(label(folder, "q2\td1\t1"), vectors=tmp_path / "two.npy")
    jsonl(folder / "corpus.jsonl", {"_id": "d1", "text": "a"}, {"_id": "d1", "text": "b"})
    with pytest.raises(DatasetError, match=r"corpus\.jsonl has 1 duplicate id: 'd1'"):
        load_report_data(folder, split="none", queries=jsonl(tmp_path / "q.jsonl", "sort"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            np.zeros(3, np.float32),
            r"expected an array of floats, \(documents, dim\), got an array of shape \(3,\)",
        ),
        (np.zeros((2, 2), np.int64), "got an array of shape .* type int64"),
        (b"no numpy", "is no .npy file of numbers"),
        (None, "There is no file of vectors at "),
    ],
)
def test_vectors_that_are_none_are_refused(folder: Path, tmp_path: Path, content: object, message: str) -> None:
    path = tmp_path / "bad.npy"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        np.save(path, content)
    with pytest.raises(DatasetError, match=message):
        load_report_data(folder, vectors=path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("texts.txt", "def f", r"texts\.txt is of a type that is not read as documents. Expected \.jsonl"),
        ("texts.jsonl", "def f", "line 1, holds no JSON: .*got 'def f'"),
        ("texts.jsonl", '"a"\n[1]', "line 2: expected a JSON string or an object with a text"),
        ("texts.jsonl", '{"code": "a"}', "line 1: expected a record with a string 'text'"),
        ("texts.jsonl", "", "has no documents"),
    ],
)
def test_document_files_that_cannot_be_read_are_refused(
    folder: Path, tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        load_report_data(folder, documents=tmp_path / name)


@pytest.mark.parametrize(
    ("queries", "documents", "message"),
    [
        ({}, {"d": "a"}, "x has no queries; a report needs at least one query and one document"),
        ({"q": "a"}, {}, "x has no documents"),
        ({"q": " "}, {"d": "a"}, "1 query with an empty text, the first is 'q'"),
        ({"q": "a"}, {"d": None}, "documents with neither text nor vector"),
    ],
)
def test_data_that_cannot_be_searched_is_refused(queries: dict, documents: dict, message: str) -> None:
    with pytest.raises(CodequestError, match=message):
        ReportData("x", queries, documents)
