"""What an encoder gives to be exported: modules that compute its vectors, and a reader of texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from codequest.backbone import Backbone
from codequest.encoders import ExportedQueryEncoder
from codequest.encoders.graph_source import BackboneGraph, Exportable, StaticGraph, merge_updates, token_reader
from codequest.encoders.maps import SpaceMap
from codequest.encoders.static.table import StaticTable
from codequest.errors import ModelFormatError
from codequest.space import EmbeddingSpace
from codequest.weights import locate
from tests.encoders.conftest import CPU, build_case
from tests.tiny import QUERIES

ROWS, WIDTH, DIM = 30, 16, 6


@pytest.fixture(scope="module")
def backbone(tiny_base: Path) -> Backbone:
    return Backbone.load(locate(str(tiny_base)), device=CPU)


def table(kind: str, precision: Any) -> StaticTable:
    random = np.random.default_rng(0)
    space_map = SpaceMap(WIDTH, DIM, kind=kind)  # type: ignore[arg-type]
    for weight in space_map.parameters():
        weight.data = torch.from_numpy(random.standard_normal(weight.shape).astype(np.float32))
    values = {f"map.{name}": weight.numpy() for name, weight in space_map.state_dict().items()}
    values |= {"rows": random.standard_normal((ROWS, WIDTH)), "weights": random.uniform(0.5, 2, ROWS)}
    return StaticTable.rounded({name: value.astype(np.float32) for name, value in values.items()}, precision)


def test_a_backbone_alone_gives_its_normalized_vectors(backbone: Backbone) -> None:
    with torch.inference_mode():
        expected = normalize(backbone.embed(QUERIES), dim=-1)
        found = BackboneGraph(backbone)(**backbone.tokenize(QUERIES))
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)


def test_a_map_comes_after_the_backbone(backbone: Backbone) -> None:
    space_map = SpaceMap(backbone.hidden, DIM, kind="mlp")
    with torch.inference_mode():
        found = BackboneGraph(backbone, space_map)(**backbone.tokenize(QUERIES))
        torch.testing.assert_close(found, space_map(backbone.embed(QUERIES)), atol=1e-6, rtol=0)


@pytest.mark.parametrize("graph", ["fp32", "int8"])
@pytest.mark.parametrize("precision", ["fp16", "int8"])
@pytest.mark.parametrize("kind", ["linear", "mlp"])
def test_a_table_as_a_graph_gives_what_numpy_gives(kind: str, precision: str, graph: Any) -> None:
    static = table(kind, precision)
    texts = [[3, 7, 3], [29], [0, 1, 2, 4, 5]]
    flat, starts = np.array([row for text in texts for row in text]), np.array([0, 3, 4])
    ids, mask = torch.zeros(3, 5, dtype=torch.long), torch.zeros(3, 5, dtype=torch.long)
    for number, text in enumerate(texts):
        ids[number, : len(text)], mask[number, : len(text)] = torch.tensor(text), 1
    module = StaticGraph(static, graph).eval()
    with torch.inference_mode():
        found = module(ids, mask).numpy()
    rounded = 1e-5 if precision == graph or graph == "fp32" else 0.05  # rows of fp16 become int8
    np.testing.assert_allclose(found, static.embed(flat, starts), atol=rounded)
    assert module.state_dict()["rows"].dtype == (torch.int8 if graph == "int8" else torch.float32)


def test_merged_updates_leave_plain_layers_and_the_same_vectors(
    tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace
) -> None:
    encoder: Any = build_case("lora-linear", tiny_base, wide_teacher, space).encoder
    encoder.begin_training()
    module, batch = encoder.backbone, encoder.backbone.tokenize(QUERIES)
    with torch.inference_mode():
        before = module(**batch)
        assert any("lora_A" in name for name, _ in module.named_parameters())
        merge_updates(module)
        torch.testing.assert_close(module(**batch), before, atol=1e-5, rtol=0)
    plain = {name for name, _ in Backbone.load(locate(str(tiny_base)), device=CPU).named_parameters()}
    assert {name for name, _ in module.named_parameters()} == plain


def test_a_reader_keeps_the_prompt_and_the_length(backbone: Backbone) -> None:
    reader = token_reader(backbone, prompt="search ")
    ids, mask, truncated = reader.read(["the list", "sort " * 200])
    expected = backbone.tokenize(["search the list", "search " + "sort " * 200])
    np.testing.assert_array_equal(ids, expected["input_ids"].numpy())
    np.testing.assert_array_equal(mask, expected["attention_mask"].numpy())
    assert (ids.shape[1], truncated) == (backbone.max_tokens, 1)


def test_a_tokenizer_of_python_code_is_refused(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backbone, "tokenizer", object())
    with pytest.raises(ModelFormatError, match=r"tiny-base exists in Python only.*with a tokenizer\.json"):
        token_reader(backbone)


def test_everything_but_an_export_can_be_exported(tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace) -> None:
    for name in ("lora-linear", "projection-mlp", "static-linear"):
        assert isinstance(build_case(name, tiny_base, wide_teacher, space).encoder, Exportable)
    assert not issubclass(ExportedQueryEncoder, Exportable)
