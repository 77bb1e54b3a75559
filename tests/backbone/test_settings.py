import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codequest.backbone import read_settings
from codequest.errors import ModelFormatError
from tests.tiny import write_json


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sentence-transformers files of a model, without a model."""
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Dense", "Dense"), ("3_Normalize", "Normalize")]
    for path, _ in modules[1:]:
        (tmp_path / path).mkdir()
    listed = [{"path": path, "type": f"sentence_transformers.models.{name}"} for path, name in modules]
    write_json(tmp_path / "modules.json", listed)
    write_json(tmp_path / "1_Pooling" / "config.json", {"pooling_mode": "mean"})
    write_json(tmp_path / "sentence_bert_config.json", {"max_seq_length": 128, "do_lower_case": True})
    return tmp_path


def test_everything_the_files_say(folder: Path) -> None:
    settings = read_settings(folder)
    assert settings.pooling == "mean"
    assert settings.normalized is True
    assert settings.max_tokens == 128
    assert settings.lower_case is True
    assert settings.dense == (folder / "2_Dense",)
    assert settings.transformer == folder
    assert (settings.query_prompt, settings.document_prompt) == (None, None)


def test_a_plain_folder_says_nothing(tmp_path: Path) -> None:
    settings = read_settings(tmp_path)
    assert (settings.pooling, settings.normalized, settings.max_tokens, settings.dense) == (None, None, None, ())


def test_a_transformer_in_its_own_folder(folder: Path) -> None:
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    modules[0]["path"] = "0_Transformer"
    modules[0]["type"] = "sentence_transformers.base.modules.transformer.Transformer"
    write_json(folder / "modules.json", modules)
    (folder / "0_Transformer").mkdir()
    write_json(folder / "0_Transformer" / "sentence_bert_config.json", {"max_seq_length": 7})
    settings = read_settings(folder)
    assert settings.transformer == folder / "0_Transformer"
    assert settings.max_tokens == 7


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        ({"pooling_mode": "mean"}, "mean"),
        ({"pooling_mode": "cls"}, "cls"),
        ({"pooling_mode": "lasttoken"}, "last"),
        ({"pooling_mode": ["mean"]}, "mean"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}, "mean"),
        ({"pooling_mode_lasttoken": True, "include_prompt": True}, "last"),
    ],
)
def test_pooling_in_the_current_and_the_old_notation(folder: Path, config: dict[str, Any], pooling: str) -> None:
    write_json(folder / "1_Pooling" / "config.json", config)
    assert read_settings(folder).pooling == pooling


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"pooling_mode": "max"}, r"asks for pooling \['max'\]; codequest has one of mean, cls, lasttoken"),
        ({"pooling_mode": ["mean", "cls"]}, r"asks for pooling \['mean', 'cls'\]"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}, r"asks for pooling \['mean', 'cls'\]"),
        ({"pooling_mode_mean_sqrt_len_tokens": True}, r"asks for pooling \['mean_sqrt_len_tokens'\]"),
        ({}, r"asks for pooling \[\]"),
        ({"pooling_mode": "mean", "include_prompt": False}, "leaves the prompt out of the pooling"),
    ],
)
def test_pooling_that_codequest_does_not_have(folder: Path, config: dict[str, Any], message: str) -> None:
    write_json(folder / "1_Pooling" / "config.json", config)
    with pytest.raises(ModelFormatError, match=message):
        read_settings(folder)


@pytest.mark.parametrize(
    ("prompts", "expected"),
    [
        ({"query": "q: ", "document": "d: "}, ("q: ", "d: ")),
        ({"query": "q: ", "passage": "p: "}, ("q: ", "p: ")),
        ({"corpus": "c: "}, (None, "c: ")),
        ({"query": "q: ", "document": "", "passage": ""}, ("q: ", None)),
        ({"clustering": "x: "}, (None, None)),
        ({}, (None, None)),
        (None, (None, None)),
    ],
)
def test_prompts_by_name(folder: Path, prompts: Any, expected: tuple[str, str]) -> None:
    config = {"prompts": prompts, "default_prompt_name": "clustering" if prompts and "clustering" in prompts else None}
    write_json(folder / "config_sentence_transformers.json", config)
    settings = read_settings(folder)
    assert (settings.query_prompt, settings.document_prompt) == expected


def _edit_modules(edit: Callable[[list[dict[str, str]]], Any]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        edit(modules)
        write_json(folder / "modules.json", modules)

    return apply


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "modules.json").write_text("[", encoding="utf-8"), r"modules\.json holds no JSON"),
        (lambda folder: (folder / "modules.json").write_bytes(b"\xff"), r"modules\.json holds no JSON"),
        (lambda folder: (folder / "1_Pooling" / "config.json").unlink(), r"1_Pooling.config\.json is missing"),
        (lambda folder: (folder / "1_Pooling" / "config.json").write_text("{", encoding="utf-8"), "holds no JSON"),
        (
            lambda folder: (folder / "config_sentence_transformers.json").write_text("{]", encoding="utf-8"),
            r"config_sentence_transformers\.json holds no JSON",
        ),
        (
            _edit_modules(lambda modules: modules[2].update(type="sentence_transformers.models.LSTM")),
            "'LSTM', 'Normalize'. codequest reads Transformer, Pooling, Dense and Normalize in this order",
        ),
        (_edit_modules(lambda modules: modules.insert(2, modules.pop())), "'Pooling', 'Normalize', 'Dense'. codequest"),
        (
            _edit_modules(lambda modules: modules[0].update(type="custom_st.Transformer")),
            "uses 'custom_st.Transformer', a module of the model's own, which codequest cannot rebuild",
        ),
        (_edit_modules(lambda modules: modules[0].pop("type")), "is malformed"),
        (_edit_modules(lambda modules: modules[1].pop("path")), "is malformed"),
        (lambda folder: write_json(folder / "modules.json", {"a": 1}), "is malformed"),
        (lambda folder: write_json(folder / "modules.json", ["Transformer"]), "is malformed"),
        (lambda folder: write_json(folder / "sentence_bert_config.json", [1]), "is malformed"),
        (lambda folder: write_json(folder / "config_sentence_transformers.json", [1]), "is malformed"),
        (lambda folder: write_json(folder / "1_Pooling" / "config.json", "mean"), "is malformed"),
    ],
)
def test_a_malformed_file_is_named(folder: Path, damage: Callable[[Path], Any], message: str) -> None:
    damage(folder)
    with pytest.raises(ModelFormatError, match=message):
        read_settings(folder)
