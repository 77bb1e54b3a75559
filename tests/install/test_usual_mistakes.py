"""What goes wrong in the first hour, each with an error of ours that says what to do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from codequest import (
    CachedTeacher,
    EmbeddingSpace,
    QueryEncoder,
    RetrievalDataset,
    StaticQueryEncoder,
    evaluate,
    load_beir,
    load_teacher,
)
from codequest.cli.app import build_app
from codequest.data import load_queries
from codequest.encoders import check_index, check_teacher
from codequest.errors import CodequestError, require
from codequest.evaluation import compare
from codequest.search import CodeIndex
from codequest.teachers import ApiTeacher, VectorsTeacher, probe_index, read_vectors

DATASET = RetrievalDataset("d", {"q": "sort"}, {"d": "def sort(): ..."}, {"q": {"d": 1}})


class Given:
    """What the mistakes are made with."""

    encoder = QueryEncoder.from_pretrained("static")
    space = encoder.space
    teacher = VectorsTeacher(space, queries=(["sort"], encoder.encode(["sort"])))


@pytest.fixture
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of code, a dataset without labels, files that are empty or of another type, and two indexes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "queries.jsonl").write_text('{"_id": "1", "text": "a"}\n', encoding="utf-8")
    (tmp_path / "data" / "corpus.jsonl").write_text('{"_id": "d", "text": "b"}\n', encoding="utf-8")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text("def f():\n    return 1\n", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("\n\n", encoding="utf-8")
    (tmp_path / "queries.txt").write_text("sort a list\n", encoding="utf-8")
    (tmp_path / "queries.csv").write_text("a,b\n", encoding="utf-8")
    np.save(tmp_path / "index.npy", Given.encoder.encode([f"text {n}" for n in range(9)]))
    np.save(tmp_path / "other.npy", np.eye(9, 384, dtype=np.float32))


IN_PYTHON: dict[str, tuple[Callable[[], Any], str]] = {
    "a space is checked with lists of another dim": (
        lambda: Given.space.check_vectors([[1.0, 0.0]]),
        r"shape \(1, 2\) .* expected \(n, 768\)\. Embed the documents with its teacher",
    ),
    "a single vector is no matrix": (
        lambda: Given.space.check_vectors(Given.encoder.encode("a")),
        r"A single one is vector\[None\]",
    ),
    "rows of several lengths": (
        lambda: Given.space.check_vectors([[1.0], [1.0, 2.0]]),
        r"Expected vectors as an array of numbers, \(n, dim\), got list",
    ),
    "texts instead of vectors": (
        lambda: Given.space.check_vectors(["a", "b"]),
        r"Texts become vectors by encode\(\)",
    ),
    "the texts of an index as one str": (
        lambda: check_index("static", np.eye(9, 768), "text"),
        "texts must be a list of strings, got str",
    ),
    "an index of another teacher": (
        lambda: check_index("static", np.eye(9, 384), [f"text {n}" for n in range(9)]),
        r"expected \(n, 768\)\. .* take an encoder of the model that made these",
    ),
    "stored vectors as lists of another dim": (
        lambda: VectorsTeacher(Given.space, queries=(["a"], [[1.0, 2.0]])),
        r"1 query text needs vectors of shape \(1, 768\), got \(1, 2\)",
    ),
    "a probe without a teacher": (
        lambda: probe_index([[1.0, 0.0]], ["a"], "all-mpnet-base-v2"),
        r"Expected a teacher, got str: 'all-mpnet-base-v2'\. Load it: load_teacher\(name\)",
    ),
    "a half-typed name of an encoder": (
        lambda: evaluate("minilm-lor", Given.teacher, DATASET),
        "No adapter 'minilm-lor': .* come with codequest: .*Did you mean 'minilm-lora'",
    ),
    "the name of a dataset": (
        lambda: evaluate("static", Given.teacher, "data/cosqa:dev"),
        r"Expected a RetrievalDataset, got str: 'data/cosqa:dev'\. Load one with codequest.load_beir",
    ),
    "encoder and teacher exchanged": (
        lambda: evaluate(Given.teacher, Given.encoder, DATASET),
        "Expected an encoder, or the name or folder of one such as 'minilm-lora', got VectorsTeacher",
    ),
    "a list of encoders": (
        lambda: compare(["static"], Given.teacher, DATASET),
        "by the name that they have in the report, such as .*, got list",
    ),
    "a number of queries as a str": (
        lambda: evaluate("static", Given.teacher, DATASET, latency_queries="ten"),
        "latency_queries must be a whole number of at least 0, got 'ten'",
    ),
    "a file where an adapter is": (
        lambda: QueryEncoder.from_pretrained("queries.txt"),
        "queries.txt is a file; an adapter is a folder",
    ),
    "a folder that is no adapter": (
        lambda: QueryEncoder.from_pretrained("./data"),
        r"is no adapter: it has no config.json\. Give one that save_pretrained\(\)",
    ),
    "no name of an adapter": (
        lambda: QueryEncoder.from_pretrained(None),
        "must be the path of a file or folder, as a str or a Path, got NoneType",
    ),
    "an adapter where a file is": (
        lambda: Given.encoder.save_pretrained("queries.txt"),
        r"queries.txt exists and is not an adapter, so it is not replaced\. Choose another folder",
    ),
    "an unknown runtime": (
        lambda: Given.encoder.export("out", runtime="onxx"),
        "runtime must be one of onnx, openvino",
    ),
    "an unknown precision": (
        lambda: Given.encoder.export("out", runtime="onnx", precision="int4"),
        "precision must be one of fp32, bf16, int8, got 'int4'",
    ),
    "a batch of a str": (
        lambda: Given.encoder.encode("a", batch_size="8"),
        "batch_size must be a whole number of at least 1, got '8'",
    ),
    "documents through an encoder of queries": (
        lambda: Given.encoder.encode_documents(["a"]),
        "trained for queries alone. Embed documents with the teacher",
    ),
    "an unknown scheme of a teacher": (
        lambda: load_teacher("opnai:text-embedding-3-small"),
        "Known schemes: .*Did you mean 'openai'",
    ),
    "a folder without a model": (lambda: load_teacher(Path("data")), "has no config.json, so it is not a model folder"),
    "a file where a model is": (lambda: load_teacher("./queries.txt"), "is a file; a model is a folder"),
    "no teacher": (lambda: load_teacher(None), "A teacher is named by its public id, its folder or SCHEME:REST"),
    "the name of a teacher to keep vectors of": (
        lambda: CachedTeacher("openai:text-embedding-3-small"),
        r"Expected a teacher, got str.* load_teacher\(name\)",
    ),
    "the name of a teacher for a table": (
        lambda: StaticQueryEncoder.create("all-mpnet-base-v2", queries=["a"]),
        r"Expected a teacher, got str.* load_teacher\(name\)",
    ),
    "a teacher to compare with that is none": (
        lambda: check_teacher("static", None),
        "Expected a teacher, got NoneType",
    ),
    "dimensions as a str": (
        lambda: ApiTeacher("openai", "m", dimensions="512"),
        "dimensions must be a whole number of at least 1, got '512'",
    ),
    "a dataset without labels": (
        lambda: load_beir("data"),
        "no qrels/.* at all: without labels there is codequest report",
    ),
    "a half-typed folder": (lambda: load_beir("dat"), "dat is not a folder. .*Did you mean 'data'"),
    "a file where a dataset is": (
        lambda: load_beir("queries.txt"),
        "queries.txt is not a folder. Expected one that holds",
    ),
    "a file of queries without any": (
        lambda: load_queries("empty.txt"),
        "empty.txt holds no query. Expected one a line",
    ),
    "queries of another type": (lambda: load_queries("queries.csv"), "does not read. It reads .txt, .jsonl"),
    "queries instead of their file": (
        lambda: load_queries(["a", "b"]),
        "must be the path of a file or folder, .*got list",
    ),
    "a half-typed file of vectors": (
        lambda: read_vectors("inde.npy"),
        "There is no file inde.npy. Did you mean 'index.npy'",
    ),
    "labels as pairs": (
        lambda: RetrievalDataset("d", {"q": "a"}, {"d": "b"}, [("q", "d")]),
        "qrels of d map ids of queries to those of documents and their grades",
    ),
    "texts without ids": (
        lambda: RetrievalDataset("d", ["a"], ["b"], {}),
        r"The queries of d map ids to texts, such as .*, got \['a'\]",
    ),
    "a dim as a str": (
        lambda: EmbeddingSpace(teacher="a", dim="768"),
        "dim of an embedding space is a positive integer",
    ),
    "an index of a folder that is not there": (lambda: CodeIndex.open("cod"), "does not exist.* Did you mean 'code'"),
    "something that is not installed": (
        lambda: require("no_such_module", extra="search"),
        r"is not installed\. Install it with: pip install 'codequest.*\[search\]'",
    ),
}


@pytest.mark.usefixtures("_workplace")
@pytest.mark.parametrize("mistake", IN_PYTHON)
def test_a_mistake_in_python_is_told(mistake: str) -> None:
    made, says = IN_PYTHON[mistake]
    with pytest.raises(CodequestError, match=says):
        made()


IN_THE_SHELL: dict[str, tuple[str, str]] = {
    "a half-typed encoder": ("encode stati a", "No adapter 'stati'.*Did you mean 'static'"),
    "an empty query": ("encode static ''", "is empty or only whitespace"),
    "a dataset without labels": ("evaluate static --dataset data", "without labels there is codequest report"),
    "a dataset of another split": ("evaluate static --dataset data:tset", r"has no split 'tset' \(qrels/tset.tsv\)"),
    "a report that overwrites a file": (
        "report static --queries queries.txt --vectors index.npy --out queries.txt",
        "The report cannot be written to .*queries.txt is not a folder",
    ),
    "no queries": ("report static --queries empty.txt --vectors index.npy --out page", "empty.txt holds no query"),
    "nothing to search with": ("report static --out page", "Name a dataset, or a file of queries"),
    "an encoder twice": ("ann static static --queries queries.txt --vectors index.npy", "'static' occurs twice. Give"),
    "an index without texts": ("probe index.npy --adapter static", r"no index.jsonl\. .*as texts \(--texts\)"),
    "an index that is not there": (
        "probe inde.npy --adapter static",
        "There is no file inde.npy. Did you mean 'index.npy'",
    ),
    "neither teacher nor adapter": ("probe index.npy", "needs either --teacher or --adapter"),
    "a language that there is not": ("search f --path code --language pyton", "Unknown language 'pyton'"),
    "a mode that there is not": ("search f --path code --mode fuzzy", "mode must be one of hybrid, dense, lexical"),
    "a folder that is not there": ("index cod", "cod does not exist.* Did you mean 'code'"),
    "a file where a folder is": ("index queries.txt", "queries.txt is a file. Give the folder"),
    "an unknown runtime": ("export static --runtime onxx --out out", "runtime must be one of onnx, openvino"),
    "no rounds": ("bench static --rounds 0", "at least 1 round, got 0"),
    "queries that are not there": (
        "distill querys.txt --out out",
        "There is no query file.* Did you mean 'queries.txt'",
    ),
    "an unknown kind": ("distill queries.txt --out out --kind loar", "There is no kind 'loar'.*Did you mean 'lora'"),
    "an unknown loss": ("distill queries.txt --out out --loss cosin", "Names: cosine, mse"),
    "a recipe that is not there": ("train recipe.toml --data . --out out", "There is no recipe recipe.toml"),
    "an address that is none": ("serve static --host nohost.invalid", "Choose another --host or --port"),
}


@pytest.mark.usefixtures("_workplace")
@pytest.mark.parametrize("mistake", IN_THE_SHELL)
def test_a_mistake_in_the_shell_is_told(mistake: str) -> None:
    import shlex

    command, says = IN_THE_SHELL[mistake]
    result = CliRunner().invoke(build_app(), shlex.split(command))
    assert isinstance(result.exception, CodequestError)
    assert re.search(says, str(result.exception))


@pytest.mark.usefixtures("_workplace")
def test_it_is_one_line_and_exit_code_2() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-m", "codequest", "index", "cod"], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"Error: .*cod does not exist\. .* Did you mean 'code'\?\n", done.stderr)


def test_a_half_typed_command_is_told() -> None:
    result = CliRunner().invoke(build_app(), ["evalute"])
    assert result.exit_code == 2
    assert "No such command 'evalute'. Did you mean 'evaluate'?" in result.output
