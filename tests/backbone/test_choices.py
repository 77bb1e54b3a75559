"""What the caller, the files and the table say of one model, on tiny models under the names of known ones."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from codequest.backbone import Choices, ModelWarning, choices, settle
from codequest.backbone.settings import EmbeddingSettings
from codequest.errors import InvalidInputError, ModelFormatError, PrecisionNotSupportedError
from codequest.teachers import LocalTeacher, load_teacher, teacher_of
from codequest.weights.known import KnownModel, known_models
from tests.hub import COMMIT, as_if_from_the_hub
from tests.tiny import QUERIES, build_model

E5, BGE_CODE, GEMMA = "intfloat/e5-base-v2", "BAAI/bge-code-v1", "google/embeddinggemma-300m"
SILENT = EmbeddingSettings(
    pooling=None,
    normalized=None,
    max_tokens=None,
    lower_case=False,
    query_prompt=None,
    document_prompt=None,
    dense=(),
    transformer=Path("folder"),
)


def files(**said: Any) -> EmbeddingSettings:
    return EmbeddingSettings(**{name: said.get(name, getattr(SILENT, name)) for name in SILENT.__slots__})


def settled(model_id: str, said: EmbeddingSettings = SILENT, **chosen: Any) -> dict[str, Any]:
    settings = settle(said, model_id, Choices(**chosen))
    return {
        "pooling": settings.pooling,
        "normalized": settings.normalized,
        "query": settings.query_prompt,
        "document": settings.document_prompt,
        "max_tokens": settings.max_tokens,
    }


@pytest.fixture(autouse=True)
def _no_other_warning() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ModelWarning)
        yield


def test_the_table_speaks_where_the_files_are_silent() -> None:
    expected = {"pooling": "mean", "normalized": True, "query": "query: ", "document": "passage: ", "max_tokens": None}
    assert settled(E5) == expected
    assert settle(SILENT, E5, Choices()).token_limit == 512


def test_nothing_is_known_of_an_unknown_model() -> None:
    assert set(settled("private/model").values()) == {None}
    assert settled("private/model", files(pooling="cls", query_prompt="q: "))["query"] == "q: "


def test_what_the_files_and_the_table_both_say_is_used() -> None:
    said = files(pooling="mean", normalized=True, query_prompt="query: ", document_prompt="passage: ", max_tokens=512)
    assert settled(E5, said) == {**settled(E5), "max_tokens": 512}


def test_a_pooling_that_the_files_and_the_table_disagree_on_is_the_callers_to_decide() -> None:
    says = r"intfloat/e5-base-v2 is known to pool by 'mean' \(github.*FlagEmbedding.*\), but its files say 'cls'"
    with pytest.raises(ModelFormatError, match=says + r"\. Decide with pooling='cls'"):
        settled(E5, files(pooling="cls"))
    with pytest.warns(ModelWarning, match=says + ", which is used"):
        assert settled(E5, files(pooling="cls"), pooling="cls")["pooling"] == "cls"
    with pytest.warns(ModelWarning, match=r"pool by 'mean' \(.*\), but you say 'last', which is used"):
        assert settled(E5, pooling="last")["pooling"] == "last"


@pytest.mark.parametrize(
    ("said", "name", "message"),
    [
        ({"query_prompt": "search: "}, "query", "say 'search: ' of the prompt of a query, but 'query: ' is known"),
        ({"document_prompt": "d: "}, "document", "say 'd: ' of the prompt of a document, but 'passage: ' is known"),
        ({"max_tokens": 128}, "max_tokens", "say 128 of how many tokens are read, but 512 is known: 128 is used"),
        ({"normalized": False}, "normalized", "say False of whether vectors have unit length, but True is known"),
    ],
)
def test_any_other_difference_is_said_and_the_files_count(said: dict[str, Any], name: str, message: str) -> None:
    with pytest.warns(ModelWarning, match=message):
        assert settled(E5, files(**said))[name] == next(iter(said.values()))


def test_the_callers_prompts_and_length_come_before_all_others() -> None:
    said = files(query_prompt="search: ", max_tokens=128, prompts={"query": "search: ", "qa": "answer: "})
    chosen = settled(E5, said, query_prompt="qa", document_prompt="", max_tokens=64)
    assert (chosen["query"], chosen["document"], chosen["max_tokens"]) == ("answer: ", "", 64)
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(InvalidInputError, match="max_tokens must be a positive whole number, got"):
            settled(E5, max_tokens=wrong)


def test_an_instruction_that_is_missing_is_said() -> None:
    with pytest.warns(ModelWarning, match=r"instruction before every query, '<instruct>\{task\}\\n<query>', and"):
        assert settled(BGE_CODE)["query"] is None
    assert settled(BGE_CODE, query_prompt="")["query"] == ""
    assert settled(BGE_CODE, query_prompt="<instruct>Find.\n<query>")["query"] == "<instruct>Find.\n<query>"


@pytest.fixture
def e5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny model that the hub gives as e5-base-v2, with the transformer's own files only."""
    folder = as_if_from_the_hub(E5, tmp_path / "hub", monkeypatch)
    known = {**known_models(), E5: KnownModel(**{**_facts(E5), "dim": 32, "mrl": (8, 16)})}
    monkeypatch.setattr(choices, "known_models", lambda: known)
    build_model(folder, prompts={"query": "query: ", "document": "passage: "})
    shutil.copytree(folder, tmp_path / "complete")
    for name in ("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json"):
        (folder / name).unlink()
    return tmp_path / "complete"


def _facts(model_id: str) -> dict[str, Any]:
    known = known_models()[model_id]
    return {name: getattr(known, name) for name in known.__slots__}


def test_a_known_model_without_files_is_used_as_its_complete_folder_says(e5: Path) -> None:
    known, complete = load_teacher(E5), load_teacher(str(e5))
    assert known.space.to_dict() | {"max_tokens": 64} == complete.space.to_dict() | {"teacher": E5, "revision": COMMIT}
    assert known.space.max_tokens == 128  # positions; 512 are known
    texts = [*QUERIES, "the file"]
    np.testing.assert_allclose(known.encode_queries(texts), complete.encode_queries(texts), atol=1e-6)
    np.testing.assert_allclose(known.encode_documents(texts), complete.encode_documents(texts), atol=1e-6)


def test_a_space_leads_back_to_its_teacher_with_every_choice(e5: Path) -> None:
    chosen = LocalTeacher(E5, dim=16, query_prompt="q: ", document_prompt="", max_tokens=20, device="cpu")
    again = teacher_of(chosen.space)
    assert again.space == chosen.space
    assert (again.space.dim, again.space.query_prompt, again.space.max_tokens) == (16, "q: ", 20)
    np.testing.assert_allclose(again.encode_queries(QUERIES), chosen.encode_queries(QUERIES), atol=1e-6)


def test_a_length_that_the_model_was_not_trained_for_is_said(e5: Path) -> None:
    with pytest.warns(ModelWarning, match=r"not trained to be truncated to 12 dimensions \(only to 8, 16\)"):
        assert load_teacher(E5, dim=12).space.dim == 12
    assert load_teacher(E5, dim=32).space == load_teacher(E5).space
    assert load_teacher(str(e5), dim=12).space.dim == 12  # of a private model nobody knows
    for wrong in (0, 33, -1):
        with pytest.raises(InvalidInputError, match="dim must be a whole number from 1 to 32, the model's own, got"):
            load_teacher(E5, dim=wrong)


def test_another_model_under_a_known_name_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_model(as_if_from_the_hub(E5, tmp_path / "hub", monkeypatch))
    with (
        pytest.warns(ModelWarning),
        pytest.raises(
            ModelFormatError, match=r"have 32 dimensions, but those of intfloat/e5-base-v2 have 768 \(github.*mteb"
        ),
    ):
        load_teacher(E5)


def test_a_model_that_overflows_in_fp16_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_model(as_if_from_the_hub(GEMMA, tmp_path / "hub", monkeypatch), architecture="gemma3")
    monkeypatch.setattr("codequest.backbone.model.refuse_unsupported", lambda *given: None)
    with pytest.raises(PrecisionNotSupportedError, match=r"embeddinggemma-300m overflows in fp16. Load it in bf16"):
        LocalTeacher(GEMMA, precision="fp16", device=str(torch.device("cpu")))
