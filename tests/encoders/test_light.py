"""Adapters as graphs in the cache."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from codequest.encoders import ExportedQueryEncoder, LoRAQueryEncoder, QueryEncoder, StaticQueryEncoder
from codequest.encoders.light import light_encoder, prepare_light, starts_fast
from codequest.errors import AdapterFormatError
from codequest.space import EmbeddingSpace
from tests.encoders.conftest import build_case
from tests.tiny import QUERIES

pytest.importorskip("onnxscript")


@pytest.fixture(scope="module")
def saved(tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    encoder = build_case("lora-mlp", tiny_base, wide_teacher, space).encoder
    return encoder.save_pretrained(tmp_path_factory.mktemp("saved") / "adapter")


@pytest.fixture(scope="module")
def prepared(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with the adapter's graph."""
    place = tmp_path_factory.mktemp("prepared") / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEQUEST_CACHE", str(place))
        assert not starts_fast(saved)
        assert prepare_light(saved)
    return place


@pytest.fixture
def adapter(saved: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A LoRA adapter, and a cache with its graph."""
    monkeypatch.setenv("CODEQUEST_CACHE", str(shutil.copytree(prepared, tmp_path / "cache")))
    return Path(shutil.copytree(saved, tmp_path / "adapter"))


def test_a_graph_that_was_prepared_answers_with_the_same_vectors_and_without_torch(adapter: Path) -> None:
    before = QueryEncoder.from_pretrained(adapter)
    assert isinstance(before, LoRAQueryEncoder)
    assert starts_fast("static")
    assert starts_fast(adapter)
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
    [folder] = (tmp_path / "cache" / "graphs").iterdir()
    encoder = QueryEncoder.from_pretrained(adapter)
    encoder.training = {"another": 1}
    encoder.save_pretrained(adapter)
    assert isinstance(light_encoder(adapter), LoRAQueryEncoder)
    assert prepare_light(adapter)
    assert len(list(folder.parent.iterdir())) == 2


PLAIN = """
import numpy as np
from codequest.encoders import EncoderCost, QueryEncoder

class PlainQueryEncoder(QueryEncoder):
    kind = "plain"

    def embed_batch(self, queries):
        vectors = np.zeros((len(queries), self.space.dim), dtype=np.float32)
        vectors[:, 0] = 1
        return vectors

    def cost(self, *, tokens=12):
        return EncoderCost(parameters=1, active_bytes=1, flops=1, tokens=tokens)

    def describe(self):
        return {}

    @classmethod
    def rebuild(cls, config, folder, *, device):
        return cls(config.space)
"""


def test_a_kind_of_another_package_needs_neither_tensors_nor_a_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, space: EmbeddingSpace
) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    installed = tmp_path / "plain_kind-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: plain-kind\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text("[codequest.encoders]\nplain = plain_kind:PlainQueryEncoder\n")
    (tmp_path / "plain_kind.py").write_text(PLAIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    import plain_kind  # type: ignore[import-not-found]

    folder = plain_kind.PlainQueryEncoder(space).save_pretrained(tmp_path / "plain")
    assert not (folder / "model.safetensors").exists()
    assert not prepare_light(folder)
    np.testing.assert_array_equal(light_encoder(folder).encode("a query")[:2], [1, 0])


@pytest.mark.slow
def test_a_damaged_graph_is_left_and_made_again(adapter: Path, tmp_path: Path) -> None:
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
