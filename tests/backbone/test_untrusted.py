"""Model files that ask for more than data."""

from __future__ import annotations

import json
import pickle
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codequest.backbone.untrusted import refuse_code
from codequest.errors import ModelFormatError
from codequest.teachers import LocalTeacher
from tests.tiny import QUERIES

Change = Callable[[Path], None]


class Bomb:
    """Opens a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.marker), "w")


def config(**values: object) -> Change:
    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **values}), encoding="utf-8")

    return change


def index(shard: str) -> Change:
    def change(folder: Path) -> None:
        (folder / "model.safetensors").rename(folder / "other.safetensors")
        weight_map = {"embeddings.word_embeddings.weight": shard}
        (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}), encoding="utf-8")

    return change


@pytest.fixture
def model(tiny_base: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_base, tmp_path / "model")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            config(attn_implementation="kernels-community/flash-attn2"),
            "asks for code from the hub: attn_implementation",
        ),
        (config(_attn_implementation="anyone/kernel@main:run"), "asks for code from the hub: _attn_implementation"),
        (config(text_config={"experts_implementation": "a/b"}), "asks for code from the hub: experts_implementation"),
        (config(transformers_weights="adapter_model.bin"), "names the weights 'adapter_model.bin'"),
        (config(transformers_weights="../elsewhere.safetensors"), r"names the weights '\.\./elsewhere\.safetensors'"),
        (config(auto_map={"AutoModel": "code.Model"}, model_type="mine"), "cannot be loaded"),
        (index("pytorch_model.bin"), "names the weights 'pytorch_model.bin'"),
        (index("../../other.safetensors"), r"names the weights '\.\./\.\./other\.safetensors'"),
        (
            lambda folder: (folder / "adapter_config.json").write_text("{}"),
            "holds an adapter of peft.*merge_and_unload",
        ),
    ],
)
def test_what_is_not_data_is_refused(model: Path, change: Change, message: str) -> None:
    change(model)
    with pytest.raises(ModelFormatError, match=message):
        LocalTeacher(str(model), device="cpu")


def test_a_pickle_next_to_other_safetensors_is_not_opened(model: Path, tmp_path: Path) -> None:
    (model / "model.safetensors").rename(model / "decoy.safetensors")
    (model / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(tmp_path / "opened")))
    with pytest.raises(ModelFormatError, match=r"cannot be loaded: .*model\.safetensors"):
        LocalTeacher(str(model), device="cpu")
    assert not (tmp_path / "opened").exists()


def test_plain_settings_pass(model: Path) -> None:
    config(attn_implementation="eager", transformers_weights="model.safetensors")(model)
    (model / "pytorch_model.bin.index.json").write_text('{"weight_map": {"a": "pytorch_model-1.bin"}}')
    refuse_code(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert LocalTeacher(str(model), device="cpu").encode_queries(QUERIES[:2]).shape == (2, 32)
