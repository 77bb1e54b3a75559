"""Encoders over a base model: the base that a folder names."""

import copy
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from codequest.encoders import (
    LoRAQueryEncoder,
    ProjectionQueryEncoder,
    QueryEncoder,
)
from codequest.encoders.student import StudentQueryEncoder
from codequest.encoders.trainable import TrainableQueryEncoder
from codequest.errors import AdapterFormatError, WeightsNotFoundError
from codequest.space import EmbeddingSpace
from tests.encoders.conftest import without_digests
from tests.tiny import build_model


def test_weights_of_another_adapter(student: StudentQueryEncoder, tmp_path: Path, tiny_base: Path) -> None:
    folder = student.save_pretrained(tmp_path / "adapter")
    other_space = EmbeddingSpace(teacher="other", dim=student.space.dim + 1)
    other = copy.deepcopy(student).create(str(tiny_base), space=other_space, map=_map_of(student), **_rank(student))
    other.save_pretrained(tmp_path / "other")
    shutil.copy(tmp_path / "other" / "model.safetensors", without_digests(folder) / "model.safetensors")
    with pytest.raises(AdapterFormatError, match=r"has shape .*, expected .*another base model or space"):
        QueryEncoder.from_pretrained(folder)


@pytest.mark.parametrize("kind", [LoRAQueryEncoder, ProjectionQueryEncoder])
def test_a_base_at_a_revision_is_asked_for_at_that_revision(
    kind: Any, tiny_base: Path, space: EmbeddingSpace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = tmp_path / "commit9"
    snapshot.symlink_to(tiny_base)
    asked: list[Any] = []

    def snapshot_download(name: str, **options: Any) -> str:
        asked.append((name, options["revision"]))
        return str(snapshot)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    encoder = kind.create("user/base", revision="v2", space=space, device="cpu")
    assert set(asked) == {("user/base", "v2")}
    described = encoder.describe()
    assert (described["base"], described["base_revision"]) == ("user/base", "commit9")


def test_an_adapter_whose_base_was_replaced(student: StudentQueryEncoder, tiny_base: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(tiny_base, base)
    mine = student.create(str(base), space=student.space, **_rank(student))
    folder = mine.save_pretrained(tmp_path / "adapter")
    QueryEncoder.from_pretrained(folder)
    build_model(tmp_path / "other", seed=99)
    os.replace(tmp_path / "other" / "model.safetensors", base / "model.safetensors")
    with pytest.raises(AdapterFormatError, match=r"was trained on .*base at sha256:\w+, but .* holds"):
        QueryEncoder.from_pretrained(folder)
    shutil.rmtree(base)
    with pytest.raises(WeightsNotFoundError, match=r"No weights for '.*base'"):
        QueryEncoder.from_pretrained(folder)


def _map_of(encoder: TrainableQueryEncoder) -> Any:
    return encoder.describe()["map"]


def _rank(encoder: TrainableQueryEncoder) -> dict[str, Any]:
    return {"rank": 4} if encoder.kind == "lora" else {}
