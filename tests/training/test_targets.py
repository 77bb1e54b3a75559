"""What the teacher is asked, and what reaches a loss."""

from pathlib import Path
from typing import Any

import pytest

from codequest.adapters import reference_vectors
from codequest.data import RetrievalDataset
from codequest.progress import silent
from codequest.teachers import CachedTeacher, LocalTeacher
from codequest.training.targets import TargetCollator, TargetDataset, compute_targets
from tests.training.conftest import TEXTS, Build, config, train

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")


def test_documents_are_embedded_only_when_a_loss_or_the_validation_reads_them(
    build: Build, tiny_teacher: Path, pairs: RetrievalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    embed = LocalTeacher.embed_batch

    def spy(self: LocalTeacher, texts: Any, side: Any) -> Any:
        asked.extend(texts if side == "document" else [])
        return embed(self, texts, side)

    monkeypatch.setattr(LocalTeacher, "embed_batch", spy)
    part = RetrievalDataset("part", {"v": "say hello"}, {"a": "print('hello')", "b": "pass"}, {"v": {"a": 1}})
    for losses, expected in (
        ({"cosine": 1.0}, list(part.documents.values())),
        ({"kl": 1.0}, list(pairs.documents.values())),
    ):
        run = config(losses=losses, epochs=1)
        train(
            build("projection"),
            LocalTeacher(str(tiny_teacher), device="cpu"),
            [],
            config=run,
            pairs=pairs,
            validation=part,
        )  # type: ignore[arg-type]
        assert sorted(text for text in asked if text not in reference_vectors.TEXTS) == sorted(expected)
        asked.clear()


def test_every_positive_of_a_query_reaches_the_loss(teacher: CachedTeacher, build: Build) -> None:
    several = RetrievalDataset(
        "several",
        queries={"a": "read a file", "b": "sort a list"},
        documents={key: f"def {key}(): ..." for key in ("x", "y", "z", "w")},
        qrels={"a": {"y": 1, "w": 2, "x": 0}, "b": {"z": 1}},
    )
    targets = compute_targets(teacher, ["alone"], several, regressed_documents=[], with_documents=True, progress=silent)
    assert targets.queries == ["alone", "read a file", "read a file", "sort a list"]
    assert targets.positives.tolist() == [-1, 1, 3, 2]
    assert targets.relevant == [(), (1, 3), (1, 3), (2,)]
    encoder = build("projection")
    examples = TargetDataset(encoder.prepare(targets.queries), targets)
    batch = TargetCollator(encoder)([examples[position] for position in range(4)])
    assert batch["positives"].tolist() == [-1, 1, 3, 2]
    assert batch["relevant"].tolist() == [[-1, -1], [1, 3], [1, 3], [2, -1]]
    assert TargetCollator(encoder)([examples[0]])["relevant"].shape == (1, 0)


def test_the_teacher_is_asked_once(build: Build, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    embed = LocalTeacher.embed_batch
    monkeypatch.setattr(
        LocalTeacher, "embed_batch", lambda self, texts, side: (asked.extend(texts), embed(self, texts, side))[1]
    )
    local = LocalTeacher(str(tiny_teacher), device="cpu")
    for learning_rate in (1e-3, 2e-3):
        run = config(epochs=2, learning_rate=learning_rate)
        train(build("projection"), local, TEXTS[:64], config=run)  # type: ignore[arg-type]
    assert sorted(text for text in asked if text not in reference_vectors.TEXTS) == sorted(TEXTS[:64])
