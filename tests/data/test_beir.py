from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from codequest.data import load_beir, load_queries
from codequest.errors import DatasetError

CORPUS = (
    '{"_id": "d1", "title": "sorted", "text": "sorted(x)"}\n'
    '\n{"_id": 2, "title": "", "text": ""}\n{"_id": "d3", "text": "π"}\n'
)
QUERIES = '{"_id": "q1", "text": "sort", "metadata": {"split": "dev"}}\n{"_id": "q2", "text": "greek"}\n'
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\t2\t0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text(CORPUS, encoding="utf-8")
    (tmp_path / "queries.jsonl.gz").write_bytes(gzip.compress(QUERIES.encode()))
    (tmp_path / "qrels" / "dev.tsv").write_text(QRELS, encoding="utf-8")
    (tmp_path / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\r\nq2\td3\t2\r\n", encoding="utf-8")
    return tmp_path


def test_plain_and_compressed_files_are_read(folder):
    dataset = load_beir(folder)
    assert dataset.name == f"{folder.name}/dev"
    assert dataset.documents == {"d1": "sorted\nsorted(x)", "2": "", "d3": "π"}
    assert dataset.queries == {"q1": "sort"}
    assert dataset.qrels == {"q1": {"d1": 1, "2": 0}}


def test_split_and_corpus_choose_the_files(folder):
    (folder / "corpus_short.jsonl.gz").write_bytes(gzip.compress(b'{"_id": "d3", "text": "pi"}'))
    dataset = load_beir(str(folder), split="train", corpus="corpus_short")
    assert dataset.name == f"{folder.name}/train/corpus_short"
    assert dataset.documents == {"d3": "pi"}
    assert dataset.qrels == {"q2": {"d3": 2}}


def test_a_byte_order_mark_is_no_part_of_the_text(folder):
    (folder / "qrels" / "dev.tsv").write_text("\ufeff" + QRELS, encoding="utf-8")
    assert load_beir(folder).qrels["q1"]["d1"] == 1


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"nowhere is not a folder\. Expected one that holds corpus\.jsonl"):
        load_beir(tmp_path / "nowhere")


def test_a_missing_split_lists_those_that_exist(folder):
    with pytest.raises(DatasetError, match=r"no split 'test' \(qrels/test\.tsv\)\. It has 'dev', 'train'\."):
        load_beir(folder, split="test")


def test_a_missing_file_lists_those_that_exist(folder):
    with pytest.raises(DatasetError, match=r"has no corpus_nodoc\.jsonl .* It has corpus\.jsonl, queries\.jsonl\.gz\."):
        load_beir(folder, corpus="corpus_nodoc")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"_id": "d1", "text": "a"}\n\n{"_id": "d2", "te', r"corpus\.jsonl, line 3, holds no JSON: .* column"),
        ('["d1", "a"]', r"corpus\.jsonl, line 1: expected a JSON object, got '\[\"d1\", \"a\"\]'"),
        ('{"text": "a"}', r"line 1: expected a record with '_id', got the keys \['text'\]"),
        ('{"_id": "d1", "code": "a"}', r"line 1: expected a record with a string 'text' .* keys \['_id', 'code'\]"),
        (
            '{"_id": "a", "text": ""}\n' * 3 + '{"_id": "b", "text": ""}\n' * 2,
            r"corpus\.jsonl has 2 duplicate ids: 'a', 'b'; the first is repeated in line 2\.",
        ),
    ],
)
def test_malformed_corpora_are_refused(folder, text, message):
    (folder / "corpus.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        load_beir(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q1\td1\t1\n", r"dev\.tsv, line 1: expected the tab-separated header query-id corpus-id score, got 'q1"),
        (
            "query-id\tcorpus-id\tscore\nq1 d1 1\n",
            r"line 2: expected the three tab-separated values .* got 1: 'q1 d1 1'",
        ),
        (QRELS + "q1\td3\thigh\n", r"line 4: a relevance score is an integer such as 0 or 1, got 'high'"),
        (QRELS + "q1\td3\t0.5\n", r"line 4: a relevance score is an integer such as 0 or 1, got '0\.5'"),
        (QRELS + "q1\td3\tinf\n", r"line 4: a relevance score is an integer such as 0 or 1, got 'inf'"),
        (QRELS + "q1\td1\t2\n", r"line 4: query 'q1' and document 'd1' were judged 1 before and 2 here"),
        (QRELS + "\td1\t2\n", r"line 4: expected a record with 'query-id'"),
        (QRELS + "q7\td1\t2\n", r"judge 1 query id not among its 2 query ids: 'q7'"),
    ],
)
def test_malformed_qrels_are_refused(folder, text, message):
    (folder / "qrels" / "dev.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        load_beir(folder)


@pytest.mark.parametrize(
    "content",
    [gzip.compress(QUERIES.encode(), mtime=0)[:-12], b"not gzip", gzip.compress(b"\xff\xfe{}", mtime=0)],
    ids=["truncated", "no gzip", "no UTF-8"],
)
def test_damaged_files_are_refused(folder, content):
    (folder / "queries.jsonl.gz").write_bytes(content)
    with pytest.raises(DatasetError, match=r"queries\.jsonl\.gz cannot be read as UTF-8 text: .* Fetch it again\."):
        load_beir(folder)


def test_a_link_out_of_the_folder_is_refused_and_one_within_is_read(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path.parent / "elsewhere.jsonl"
    outside.write_text(CORPUS, encoding="utf-8")
    (folder / "corpus_same.jsonl").symlink_to("corpus.jsonl")
    assert load_beir(folder, corpus="corpus_same").documents == load_beir(folder).documents
    for name in ("corpus_linked.jsonl", "queries.jsonl", "qrels/linked.tsv"):
        (folder / name).symlink_to(outside)
    for options in ({"corpus": "corpus_linked"}, {}, {"split": "linked"}):
        with pytest.raises(DatasetError, match=r"is a link to .*elsewhere\.jsonl, outside of .* is not read"):
            load_beir(folder, **options)
    with pytest.raises(DatasetError, match=r"is a link to .*elsewhere\.jsonl"):
        load_queries(folder)
