"""Who takes part, and as what."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codequest.bench.competitors import (
    Competitor,
    adapter_space,
    bare_competitor,
    folder_bytes,
    is_derived,
    quantized_competitor,
    teacher_competitor,
)
from codequest.weights.packages import KNOWN_PACKAGES

TEACHER = Competitor(
    name="teacher", loader="codequest.bench.loaders:teacher", source="m", options={"revision": "c"}, disk_bytes=9
)


def test_the_teacher_in_low_precision() -> None:
    compact = quantized_competitor("quantized:int8", "int8", teacher=TEACHER)
    assert (compact.loader, compact.source) == ("codequest.bench.loaders:quantized", "m")
    assert compact.options == {"revision": "c", "precision": "int8"}
    assert (compact.reference, compact.disk_bytes) == ("teacher", 9)
    assert is_derived(compact)
    assert not is_derived(TEACHER)
    assert adapter_space("quantized:int8") is None


def test_the_id_of_a_known_model_is_no_folder(
    tiny_teacher: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the working directory brings: the worker gets the id, as the caller wrote it."""
    known = "sentence-transformers/all-MiniLM-L6-v2"
    for name in (known, "user/model"):
        shutil.copytree(tiny_teacher, tmp_path / name)
    package = KNOWN_PACKAGES[known]
    monkeypatch.setattr(
        "codequest.weights.resolver.find_package", lambda given: tiny_teacher if given == package else None
    )
    monkeypatch.chdir(tmp_path)
    assert teacher_competitor(known).source == known
    assert teacher_competitor(f"./{known}").source == str(tmp_path / known)
    assert teacher_competitor("user/model").source == str(tmp_path / "user" / "model")


def test_a_bare_graph_is_that_of_its_encoder() -> None:
    exported = Competitor(name="light, onnx fp32", loader="codequest.bench.loaders:encoder", source="folder")
    bare = bare_competitor(exported)
    assert (bare.name, bare.loader) == ("light, onnx fp32, bare", "codequest.bench.loaders:bare")
    assert (bare.reference, bare.bare_of, bare.source) == ("light, onnx fp32", "light, onnx fp32", "folder")


def test_bytes_are_those_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"12345")
    (tmp_path / "a" / "b" / "two").write_bytes(b"123")
    assert folder_bytes([tmp_path / "a", tmp_path / "a" / "b"]) == 5 + 3 + 3
