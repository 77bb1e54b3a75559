import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.functional import normalize

from codequest.backbone import Backbone, Choices
from codequest.errors import ModelFormatError, PrecisionNotSupportedError
from codequest.space import Side
from codequest.weights import locate
from tests.tiny import QUERIES, build_model, write_json

CPU = torch.device("cpu")
TEXTS = [*QUERIES, "  Leading SPACE and Upper Case \n", "long " * 100, "x" * 400]

VARIANTS: dict[str, dict[str, Any]] = {
    "mean": {},
    "mpnet": {"architecture": "mpnet"},
    "cls": {"pooling": "cls"},
    "old pooling notation": {"pooling": ["cls"]},
    "last token, left padding": {"architecture": "qwen3", "pooling": "lasttoken", "padding_side": "left"},
    "last token, right padding": {"architecture": "qwen3", "pooling": "lasttoken", "padding_side": "right"},
    "first token, left padding": {"architecture": "qwen3", "pooling": "cls", "padding_side": "left"},
    "mean, left padding": {"architecture": "qwen3", "pooling": "mean", "padding_side": "left"},
    "dense": {"dense": 24},
    "not normalized": {"normalize": False},
    "dense, not normalized": {"dense": 24, "normalize": False},
    "lower case": {"lower_case": True},
    "no maximum length": {"max_tokens": None},
    "short": {"max_tokens": 5},
    "prompts": {"prompts": {"query": "Find: ", "document": "the file: "}},
    "default prompt": {"prompts": {"query": "", "document": "", "task": "x: "}, "default_prompt": "task"},
}


def _load(folder: Path, **options: Any) -> Backbone:
    return Backbone.load(locate(str(folder)), device=CPU, **options)


def _embed(backbone: Backbone, texts: list[str], side: Side = "query") -> torch.Tensor:
    with torch.inference_mode():
        pooled = backbone.embed(texts, prompt=backbone.space.prompt(side))
    return normalize(pooled, dim=-1) if backbone.settings.normalized else pooled


@pytest.mark.parametrize("variant", VARIANTS)
def test_vector_for_vector_as_sentence_transformers(variant: str, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    folder = build_model(tmp_path / "model", seed=3, **VARIANTS[variant])
    reference, backbone = SentenceTransformer(str(folder), device="cpu"), _load(folder)
    queries = reference.encode_query(TEXTS, convert_to_tensor=True)
    documents = reference.encode_document(TEXTS, convert_to_tensor=True)
    torch.testing.assert_close(_embed(backbone, TEXTS, "query"), queries, atol=1e-5, rtol=0)
    torch.testing.assert_close(_embed(backbone, TEXTS, "document"), documents, atol=1e-5, rtol=0)
    assert backbone.space.dim == backbone.hidden == queries.shape[1]
    assert not torch.allclose(queries[0], queries[1], atol=0.05)  # the comparison can tell texts apart


def test_the_space_is_what_the_files_say(tmp_path: Path) -> None:
    folder = build_model(tmp_path / "model", prompts={"query": "q: ", "document": "d: "}, dense=24, pooling="cls")
    source = locate(str(folder))
    space = _load(folder).space
    assert space.to_dict() == {
        "teacher": "model",
        "revision": source.revision,
        "dim": 24,
        "normalized": True,
        "pooling": "cls",
        "query_prompt": "q: ",
        "document_prompt": "d: ",
        "max_tokens": 64,
    }


def test_texts_are_truncated_to_the_stated_length(tmp_path: Path) -> None:
    backbone = _load(build_model(tmp_path / "model", max_tokens=5))
    tokens = backbone.tokenize(["a b c d e f", "a"])
    assert tokens["attention_mask"].tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]
    torch.testing.assert_close(_embed(backbone, ["a b c d e f"]), _embed(backbone, ["a b c"]))


def test_threads_that_count_tokens_and_threads_that_tokenize_do_not_meet(tiny_base: Path) -> None:
    """The tokenizer keeps between two calls how it truncates: threads that share it got each other's limits."""
    backbone, text = _load(tiny_base), "sort a list " * 100

    def count(number: int) -> int:
        if number % 2:
            return backbone.token_counts([text], truncate=False)[0]
        return backbone.tokenize([text])["input_ids"].shape[1]

    whole, cut = count(1), count(0)
    assert whole > cut
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(count, range(200))) == [cut, whole] * 100


@pytest.mark.parametrize(
    ("architecture", "stated", "expected"),
    [("bert", None, 128), ("bert", 1000, 128), ("mpnet", None, 126), ("mpnet", 1000, 126), ("qwen3", 1000, 1000)],
)
def test_no_text_is_longer_than_the_table_of_positions(
    tmp_path: Path, architecture: Any, stated: int | None, expected: int
) -> None:
    backbone = _load(build_model(tmp_path / "model", architecture=architecture, max_tokens=stated))
    assert backbone.max_tokens == expected
    vector = _embed(backbone, ["a " * 1500])
    assert torch.isfinite(vector).all()
    assert backbone.tokenize(["a " * 1500])["input_ids"].shape == (1, expected)


def test_lower_case_applies_to_the_prompt_too(tmp_path: Path) -> None:
    backbone = _load(build_model(tmp_path / "model", lower_case=True))
    assert torch.equal(
        backbone.tokenize(["Sort A"], prompt="FIND ")["input_ids"], backbone.tokenize(["find sort a"])["input_ids"]
    )
    cased = _load(build_model(tmp_path / "plain"))
    cased.lower_case = False
    assert backbone.tokenizer.tokenize("Sort") == ["[UNK]"]  # so it is codequest that lowers the case


@pytest.mark.parametrize("pooling", ["mean", "cls", "lasttoken"])
def test_an_empty_text_is_zero_where_the_tokenizer_adds_nothing(tmp_path: Path, pooling: str) -> None:
    folder = build_model(tmp_path / "model", architecture="qwen3", pooling=pooling)
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    write_json(folder / "tokenizer.json", {**tokenizer, "post_processor": None})
    backbone = _load(folder)
    alone, together = _embed(backbone, ["", ""], "document"), _embed(backbone, ["", "text"], "document")
    assert alone.tolist() == torch.zeros(2, 32).tolist()
    assert together[0].tolist() == torch.zeros(32).tolist()
    torch.testing.assert_close(together[1], _embed(backbone, ["text"], "document")[0], atol=1e-6, rtol=0)


def test_the_base_is_frozen_and_in_evaluation_mode(tmp_path: Path) -> None:
    backbone = _load(build_model(tmp_path / "model", dense=24))
    assert not backbone.training
    assert not any(parameter.requires_grad for parameter in backbone.parameters())
    assert torch.equal(_embed(backbone, TEXTS), _embed(backbone, TEXTS))


def test_the_unused_pooler_is_dropped(tiny_base: Path) -> None:
    assert not [name for name, _ in _load(tiny_base).named_parameters() if "pooler" in name]


def test_bf16_stays_close_where_it_is_supported(tiny_base: Path) -> None:
    exact = _embed(_load(tiny_base), TEXTS)
    try:
        half = _load(tiny_base, precision="bf16")
    except PrecisionNotSupportedError:
        pytest.skip("this CPU has no bf16")
    assert next(half.parameters()).dtype == torch.bfloat16
    with torch.inference_mode():
        rounded = normalize(half.embed(TEXTS).float(), dim=-1)
    assert 0.99 < (exact * rounded).sum(1).min() < 0.999999


class TestPoolingMustBeKnown:
    @pytest.fixture
    def plain(self, tiny_base: Path, tmp_path: Path) -> Path:
        folder = tmp_path / "plain"
        shutil.copytree(tiny_base, folder)
        (folder / "modules.json").unlink()
        return folder

    def test_nothing_says_how_to_pool(self, plain: Path) -> None:
        with pytest.raises(ModelFormatError, match=r"No file of .* says how its token states are pooled"):
            _load(plain)

    def test_saying_it_is_enough(self, plain: Path, tiny_base: Path) -> None:
        backbone = _load(plain, choices=Choices(pooling="mean"))
        assert backbone.pooling == "mean"
        torch.testing.assert_close(normalize(_embed(backbone, TEXTS), dim=-1), _embed(_load(tiny_base), TEXTS))

    def test_a_contradiction_is_refused(self, tiny_base: Path) -> None:
        with pytest.raises(ModelFormatError, match=r"pooling='cls' was asked for, but the files of .* say 'mean'"):
            _load(tiny_base, choices=Choices(pooling="cls"))
        assert _load(tiny_base, choices=Choices(pooling="mean")).pooling == "mean"


def _write(name: str, content: bytes) -> Callable[[Path], Any]:
    return lambda folder: (folder / name).write_bytes(content)


def _remove(*names: str) -> Callable[[Path], Any]:
    return lambda folder: [(folder / name).unlink(missing_ok=True) for name in names]


def _truncate(name: str) -> Callable[[Path], Any]:
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size // 2)


def _dense(**changes: Any) -> Callable[[Path], Any]:
    def apply(folder: Path) -> None:
        path = folder / "2_Dense" / "config.json"
        values = {**json.loads(path.read_text(encoding="utf-8")), **changes}
        write_json(path, {name: value for name, value in values.items() if value is not None})

    return apply


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_remove("tokenizer.json"), r"has no tokenizer file \(tokenizer\.json or a vocabulary\)"),
        (_write("tokenizer.json", b"{"), r"tokenizer\.json is truncated or damaged"),
        (_write("tokenizer.json", b""), r"tokenizer\.json is truncated or damaged"),
        (_write("config.json", b"{"), "cannot be loaded"),
        (_truncate("model.safetensors"), "The model in .* cannot be loaded"),
        (_write("model.safetensors", b""), "The model in .* cannot be loaded"),
        (_write("modules.json", b"["), r"modules\.json holds no JSON"),
        (_truncate("2_Dense/model.safetensors"), "The dense layer in .*2_Dense cannot be loaded"),
        (_remove("2_Dense/model.safetensors"), "The dense layer in .*2_Dense cannot be loaded"),
        (_remove("2_Dense/config.json"), r"2_Dense.config\.json is missing"),
        (_dense(in_features=None), "The dense layer in .*2_Dense cannot be loaded: KeyError"),
        (_dense(out_features=7), "The dense layer in .*2_Dense cannot be loaded"),
        (_dense(activation_function="my.module.Mish"), "uses the activation 'Mish', which codequest cannot rebuild"),
        (_dense(use_residual=True), "2_Dense.config.json is no plain layer after the pooling: it has a residual"),
        (_dense(module_input_name="token_embeddings"), "is no plain layer after the pooling"),
    ],
)
def test_a_damaged_model_is_explained(tmp_path: Path, damage: Callable[[Path], Any], message: str) -> None:
    folder = build_model(tmp_path / "model", dense=24)
    damage(folder)
    with pytest.raises(ModelFormatError, match=message):
        _load(folder)
