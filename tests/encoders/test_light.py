"""Adapters as graphs in the cache."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from codequest.encoders import ExportedQueryEncoder, LoRAQueryEncoder, QueryEncoder, StaticQueryEncoder
from codequest.encoders.light import light_encoder, prepare_light
from codequest.errors import AdapterFormatError
from codequest.space import EmbeddingSpace
from tests.encoders.conftest import build_case
from tests.tiny import QUERIES

pytest.importorskip("onnxscript")


@pytest.fixture
def adapter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace
) -> Path:
    """A LoRA adapter, and an empty cache."""
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    return build_case("lora-mlp", tiny_base, wide_teacher, space).encoder.save_pretrained(tmp_path / "adapter")


def test_a_graph_that_was_prepared_answers_with_the_same_vectors_and_without_torch(adapter: Path) -> None:
    before = light_encoder(adapter)
    assert isinstance(before, LoRAQueryEncoder)
    assert prepare_light(adapter)
    after = light_encoder(adapter)
    assert isinstance(after, ExportedQueryEncoder)
    np.testing.assert_allclose(after.encode(QUERIES), before.encode(QUERIES), atol=2e-6)
    code = (
        "import sys; from codequest.encoders.light import light_encoder; "
        f"light_encoder({str(adapter)!r}).encode('a'); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_graph_is_made_once_and_anew_for_another_adapter(adapter: Path, tmp_path: Path) -> None:
    assert prepare_light(adapter)
    assert prepare_light(adapter)
    [folder] = (tmp_path / "cache" / "graphs").iterdir()
    encoder = QueryEncoder.from_pretrained(adapter)
    encoder.training = {"another": 1}
    encoder.save_pretrained(adapter)
    assert isinstance(light_encoder(adapter), LoRAQueryEncoder)
    assert prepare_light(adapter)
    assert len(list(folder.parent.iterdir())) == 2


def test_a_damaged_graph_is_left_and_made_again(adapter: Path, tmp_path: Path) -> None:
    assert prepare_light(adapter)
    [folder] = (tmp_path / "cache" / "graphs").iterdir()
    (folder / "model.onnx").write_bytes(b"")
    assert isinstance(light_encoder(adapter), LoRAQueryEncoder)
    assert prepare_light(adapter)
    assert isinstance(light_encoder(adapter), ExportedQueryEncoder)


def test_what_needs_no_graph_gets_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace
) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    static = build_case("static-linear", tiny_base, wide_teacher, space).encoder.save_pretrained(tmp_path / "static")
    assert not prepare_light(static)
    assert isinstance(light_encoder(static), StaticQueryEncoder)
    assert not (tmp_path / "cache").exists()


def test_no_adapter_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AdapterFormatError, match=r"No adapter"):
        prepare_light(tmp_path / "missing")
