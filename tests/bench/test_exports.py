"""Exported forms as competitors, on tiny models."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest import load_teacher
from codequest.bench.competitors import adapter_competitor, is_derived, teacher_competitor
from codequest.bench.exports import export_forms
from codequest.encoders import QuantizedQueryEncoder, QueryEncoder
from codequest.errors import (
    MissingDependencyError,
)


def size(*folders: Path) -> int:
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def test_what_cannot_be_exported_is_named_with_its_reason(
    adapter: Path, tiny_teacher: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def export(self: QueryEncoder, folder: Path, *, runtime: str, precision: str) -> None:
        raise MissingDependencyError(f"{type(self).__name__}: {runtime} in {precision} needs another package")

    monkeypatch.setattr(QueryEncoder, "export", export)
    competitors = [teacher_competitor(str(tiny_teacher)), adapter_competitor("light", str(adapter))]
    exported, not_run = export_forms(competitors, ["onnx:int8", "openvino:bf16"], tmp_path)
    assert exported == []
    assert not_run == {
        "teacher, onnx int8": "QuantizedQueryEncoder: onnx in int8 needs another package",
        "teacher, openvino bf16": "QuantizedQueryEncoder: openvino in bf16 needs another package",
        "light, onnx int8": "ProjectionQueryEncoder: onnx in int8 needs another package",
        "light, openvino bf16": "ProjectionQueryEncoder: openvino in bf16 needs another package",
    }
    assert export_forms(competitors, [], tmp_path) == ([], {})


def test_exports_are_not_exported_again(adapter: Path, tiny_teacher: Path, tmp_path: Path) -> None:
    teacher = load_teacher(str(tiny_teacher))
    compact = QuantizedQueryEncoder.create(space=teacher.space, weights=str(tiny_teacher), device="cpu")
    folder = compact.save_pretrained(tmp_path / "compact")
    assert is_derived(adapter_competitor("compact", str(folder)))
    assert adapter_competitor("compact", str(folder)).disk_bytes == size(folder, tiny_teacher)
    assert not is_derived(adapter_competitor("light", str(adapter)))
    assert not is_derived(teacher_competitor(str(tiny_teacher)))
