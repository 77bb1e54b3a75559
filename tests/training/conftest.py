"""A teacher, queries it can be followed on, and encoders that start from the same weights every time."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from codequest.data import RetrievalDataset
from codequest.encoders import LoRAQueryEncoder, ProjectionQueryEncoder, TrainableQueryEncoder
from codequest.teachers import CachedTeacher, LocalTeacher
from codequest.training import (
    DistillationConfig,
    DistillationTrainer,
    TrainingResult,
    load_recipe,
)
from codequest.training.loop import DistillationLoop
from codequest.training.recipes.recipe import Recipe
from tests.training.recipes.texts import RECIPE, write_lines

VERBS = ["sort", "read", "open", "search", "list", "parse", "copy", "merge"]

NOUNS = ["file", "dict", "value", "query", "http", "tree", "date", "path"]

HOWS = ["by value", "in a list", "the slow way", "2 times"]

TEXTS = [f"{verb} {noun} {how}" for verb, noun, how in itertools.product(VERBS, NOUNS, HOWS)]
random.Random(0).shuffle(TEXTS)
"""256 distinct queries."""

Build = Callable[..., TrainableQueryEncoder]


def config(**values: Any) -> DistillationConfig:
    """A short run in fp32."""
    defaults = {"epochs": 3, "batch_size": 16, "learning_rate": 5e-3, "evaluations": 3, "precision": "fp32"}
    return DistillationConfig(**{**defaults, **values})


def tensors(encoder: TrainableQueryEncoder) -> dict[str, torch.Tensor]:
    """A copy of what is trained."""
    return {name: tensor.detach().clone() for name, tensor in encoder.trained_tensors().items()}


def identical(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    """Whether every bit is the same."""
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def mean_cosine(encoder: TrainableQueryEncoder, teacher: CachedTeacher, texts: list[str]) -> float:
    return float((encoder.encode(texts) * teacher.encode_queries(texts)).sum(1).mean())


def train(
    encoder: TrainableQueryEncoder, teacher: CachedTeacher, queries: list[str] = TEXTS, **options: Any
) -> TrainingResult:
    """Train in place."""
    options.setdefault("config", config())
    return DistillationTrainer(encoder, teacher, queries, **options).train()


@pytest.fixture(autouse=True)
def _own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds the checkpoints of another."""
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def teacher(tiny_teacher: Path, tmp_path_factory: pytest.TempPathFactory) -> CachedTeacher:
    return CachedTeacher(
        LocalTeacher(str(tiny_teacher), device="cpu"), tmp_path_factory.mktemp("teacher") / "vectors.sqlite"
    )


@pytest.fixture
def build(tiny_base: Path, teacher: CachedTeacher) -> Build:
    """``build("lora")`` or ``build("projection")``: an untrained encoder."""

    def build_encoder(kind: str, *, seed: int = 0) -> TrainableQueryEncoder:
        if kind == "lora":
            return LoRAQueryEncoder.create(str(tiny_base), space=teacher.space, rank=4, device="cpu", seed=seed)
        return ProjectionQueryEncoder.create(str(tiny_base), space=teacher.space, map="mlp", device="cpu", seed=seed)

    return build_encoder


@pytest.fixture(scope="session")
def pairs() -> RetrievalDataset:
    """Sixty queries, each with a document that says the same in code."""
    chosen = TEXTS[:60]
    return RetrievalDataset(
        "pairs",
        queries={f"q{number}": text for number, text in enumerate(chosen)},
        documents={f"d{number}": f"def {text.replace(' ', '_')}(): ..." for number, text in enumerate(chosen)},
        qrels={f"q{number}": {f"d{number}": 1} for number in range(len(chosen))},
    )


def ndcg(encoder: TrainableQueryEncoder, teacher: CachedTeacher, dataset: RetrievalDataset) -> float:
    """nDCG@10 with one relevant document per query, by its definition."""
    return ndcg_of(encoder.encode(list(dataset.queries.values())), teacher, dataset)


def ndcg_of(query_vectors: np.ndarray, teacher: CachedTeacher, dataset: RetrievalDataset) -> float:
    """The same of the vectors of the queries."""
    documents = teacher.encode_documents(list(dataset.documents.values()))
    scores = query_vectors @ documents.T
    own = np.arange(len(scores))
    ranks = 1 + (scores > scores[own, own][:, None]).sum(1)
    return float(np.where(ranks <= 10, 1 / np.log2(ranks + 1), 0).mean())


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The training losses that are logged."""
    logged: list[float] = []
    log = DistillationLoop.log

    def spy(self: DistillationLoop, logs: dict[str, float], *rest: Any) -> None:
        logged.extend([logs["loss"]] if "loss" in logs else [])
        log(self, logs, *rest)

    monkeypatch.setattr(DistillationLoop, "log", spy)
    return logged


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A pool of 160 queries; 90 labelled queries with a document each, 20 of them for development."""
    folder = tmp_path / "data"
    (folder / "pool").mkdir(parents=True)
    (folder / "pairs" / "qrels").mkdir(parents=True)
    write_lines(folder / "pool" / "queries.jsonl.gz", [{"text": text} for text in TEXTS[:160]])
    labelled = list(enumerate(TEXTS[150:240]))
    write_lines(folder / "pairs" / "queries.jsonl.gz", [{"_id": f"q{n}", "text": text} for n, text in labelled])
    code = [{"_id": f"d{n}", "text": f"def {text.replace(' ', '_')}(): ..."} for n, text in labelled]
    write_lines(folder / "pairs" / "corpus.jsonl.gz", code)
    for split, numbers in (("train", range(70)), ("dev", range(70, 90))):
        rows = "".join(f"q{n}\td{n}\t1\n" for n in numbers)
        (folder / "pairs" / "qrels" / f"{split}.tsv").write_text("query-id\tcorpus-id\tscore\n" + rows)
    return folder


@pytest.fixture
def recipe(tiny_base: Path, tiny_teacher: Path, tmp_path: Path) -> Recipe:
    file = tmp_path / "recipe.toml"
    file.write_text(RECIPE.format(base=tiny_base, teacher=tiny_teacher))
    return load_recipe(file)
