"""Files that others wrote, damaged in every way: each ends in an error of codequest's own, in time and memory."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.bench.result import BenchResult, BenchRow
from codequest.encoders import LoRAQueryEncoder, ProjectionQueryEncoder, QueryEncoder
from codequest.search import CodeIndex
from codequest.space import EmbeddingSpace
from codequest.teachers import CachedTeacher, LocalTeacher
from codequest.teachers.stored.teacher import SPACE_FILE
from tests.encoders.conftest import build_static, disturb
from tests.evaluation.test_measurements import REPORT
from tests.fuzz.readers import TEXTS
from tests.search.conftest import FILES, write
from tests.teachers.counting import CountingTeacher
from tests.training.recipes.texts import RECIPE

_PATIENCE = 300  # seconds for a worker that is stuck

FEW = 12
MANY = {
    "encode": 12_000, "adapter": 4000, "adapter_of_a_stranger": 6000, "configuration": 6000, "cache": 6000,
    "index": 1500, "recipe": 3000, "report": 3000, "bench": 3000, "stored": 4000, "dataset": 3000, "queries": 3000,
    "adapter_of_a_stranger@onnx": 600, "adapter_of_a_stranger@openvino": 300, "adapter_of_a_stranger@lora": 300,
    "adapter_of_a_stranger@projection": 300,
}  # fmt: skip
"""Damaged inputs of the long run, by reader and what it reads: 56,000."""


@pytest.fixture(scope="session")
def sample(tiny_base: Path, tiny_teacher: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A small folder of everything that is read, as codequest writes it."""
    root = tmp_path_factory.mktemp("samples")

    def static() -> QueryEncoder:
        encoder = build_static(tiny_base, tiny_teacher)
        disturb(encoder)
        return encoder

    def student(kind: Any) -> QueryEncoder:
        space = LocalTeacher(str(tiny_teacher), device="cpu").space
        return kind.create(str(tiny_base), space=space, device="cpu")  # type: ignore[no-any-return]

    makers: dict[str, Callable[[Path], Any]] = {
        "static": lambda folder: static().save_pretrained(folder),
        "onnx": lambda folder: static().export(folder, runtime="onnx"),
        "openvino": lambda folder: static().export(folder, runtime="openvino"),
        "lora": lambda folder: student(LoRAQueryEncoder).save_pretrained(folder),
        "projection": lambda folder: student(ProjectionQueryEncoder).save_pretrained(folder),
        "index": lambda folder: CodeIndex.build(write(folder, FILES), teacher=str(tiny_teacher)),
        "cache": lambda folder: CachedTeacher(CountingTeacher(), folder / "vectors.sqlite").encode_queries(TEXTS * 3),
        "recipe": lambda folder: (folder / "recipe.toml").write_text(RECIPE.format(base="b", teacher="t")),
        "report": REPORT.save,
        "bench": lambda folder: BenchResult(
            rows=(BenchRow(name="teacher", rounds=({"disk MB": 1.0},)),), threads=1, texts=1
        ).save(folder / "bench.json"),
        "stored": _stored,
        "dataset": _dataset,
        "queries": _queries,
    }

    def made(name: str) -> Path:
        folder = root / name
        if not folder.exists():
            if name not in ("static", "onnx", "openvino", "lora", "projection"):
                folder.mkdir()
            makers[name](folder)
            for path in folder.rglob("*.lock"):
                path.unlink()
        return folder

    return made


def _stored(folder: Path) -> None:
    vectors = np.eye(4, dtype=np.float32)
    space = EmbeddingSpace(teacher="t", dim=4)
    (folder / SPACE_FILE).write_text(json.dumps(space.to_dict()), encoding="utf-8")
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    np.save(folder / "queries.npy", vectors[:3])
    (folder / "queries.jsonl").write_text('"a"\n"b"\n{"text": "c"}\n', encoding="utf-8")
    parquet.write_table(pyarrow.table({"text": list("abcd"), "vector": vectors.tolist()}), folder / "documents.parquet")


def _dataset(folder: Path) -> None:
    records = [{"_id": str(n), "title": "t", "text": f"text {n}"} for n in range(5)]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "queries.jsonl").write_text(lines, encoding="utf-8")
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "qrels").mkdir()
    rows = "".join(f"{n}\t{n}\t1\n" for n in range(5))
    (folder / "qrels" / "dev.tsv").write_text(f"query-id\tcorpus-id\tscore\n{rows}", encoding="utf-8")


def _queries(folder: Path) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    (folder / "a.txt").write_text("one\ntwo\n", encoding="utf-8")
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(b'"one"\n{"text": "two"}\n'))
    parquet.write_table(pyarrow.table({"query": ["one", "two", None]}), folder / "c.parquet")


def failures(reader: str, folder: Path, count: int) -> list[str]:
    """Every case that ended otherwise than in a result or an error of codequest; a killed worker is one of them."""
    found, first = [], 0
    while first < count:
        command = [sys.executable, "-m", "tests.fuzz.worker", reader, str(folder), str(first), str(count - first)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE + count / 5)
            ended, printed, why = done.returncode, done.stdout, done.stderr[-400:]
        except subprocess.TimeoutExpired as error:
            ended, printed, why = 1, (error.stdout or b"").decode(), "did not come to an end"
        said = [json.loads(line) for line in printed.splitlines()]
        found += [f"case {one['case']}, {one['what']}: {one['said']}" for one in said if "said" in one]
        begun = max((one["begins"] for one in said if "begins" in one), default=None)
        if ended == 0:
            break
        assert begun is not None, why
        found.append(f"case {begun}: the process ended with {ended}: {why}")
        first = begun + 1
    return found


def test_a_few_damaged_inputs(sample: Callable[[str], Path]) -> None:
    """Of every reader, all in one process; what takes it down is a failure of the last case that it named."""
    readers = [name for name in MANY if "@" not in name]
    groups = [word for name in readers for word in (name, str(sample(_folder_of(name))), "0", str(FEW))]
    command = [sys.executable, "-m", "tests.fuzz.worker", *groups]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE)
    assert [line for line in done.stdout.splitlines() if "said" in line] == []
    assert (done.returncode, done.stdout.count("begins")) == (0, FEW * len(readers)), done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", MANY)
def test_thousands_of_damaged_inputs(name: str, sample: Callable[[str], Path]) -> None:
    reader = name.partition("@")[0]
    assert failures(reader, sample(_folder_of(name)), MANY[name]) == []


def _folder_of(name: str) -> str:
    reader, _, folder = name.partition("@")
    return folder or ("static" if reader in ("encode", "adapter", "adapter_of_a_stranger", "configuration") else reader)


def test_the_damage_is_noticed_at_all(sample: Callable[[str], Path], tmp_path: Path) -> None:
    """A reader that does not look would fail: the worker's judgment is itself tested."""
    folder = shutil.copytree(sample("static"), tmp_path / "a")
    config = folder / "config.json"
    values = json.loads(config.read_text(encoding="utf-8"))
    config.write_text(json.dumps({**values, "files": {}, "own_vectors": None}), encoding="utf-8")
    assert any("other vectors without a word" in said for said in failures("adapter", folder, 60))
