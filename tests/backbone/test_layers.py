"""A model's first layers give what the whole model's hidden states say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from codequest.backbone import Backbone
from codequest.encoders import LoRAQueryEncoder, ProjectionQueryEncoder, QueryEncoder
from codequest.errors import InvalidInputError
from codequest.weights import locate
from tests.tiny import QUERIES, Architecture, build_model

CPU = torch.device("cpu")


@pytest.mark.parametrize("architecture", ["bert", "mpnet"])
def test_the_first_layer_alone_gives_the_states_after_it(architecture: Architecture, tmp_path: Path) -> None:
    source = locate(str(build_model(tmp_path / "model", architecture=architecture)))
    whole, first = Backbone.load(source, device=CPU), Backbone.load(source, device=CPU, layers=1)
    tokens = whole.tokenize(QUERIES)
    with torch.inference_mode():
        expected = whole.transformer(**tokens, output_hidden_states=True).hidden_states[1]  # after the first layer
        found = first.transformer(**tokens).last_hidden_state
    mask = tokens["attention_mask"].bool()
    torch.testing.assert_close(found[mask], expected[mask])


def test_the_decoder_architecture_is_cut_too(tmp_path: Path) -> None:
    source = locate(str(build_model(tmp_path / "model", architecture="qwen3", pooling="lasttoken")))
    assert len(Backbone.load(source, device=CPU, layers=1).transformer.layers) == 1


@pytest.mark.parametrize("layers", [0, 3, -1, True, 1.5])
def test_layers_that_are_not_there_are_refused(layers: int, tiny_base: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"layers must be a whole number from 1 to 2, the model's own, got"):
        Backbone.load(locate(str(tiny_base)), device=CPU, layers=layers)


@pytest.mark.parametrize("kind", [LoRAQueryEncoder, ProjectionQueryEncoder])
def test_an_adapter_of_the_first_layer_loads_as_it_was_saved(kind: type, tiny_base: Path, tmp_path: Path) -> None:
    space = Backbone.load(locate(str(tiny_base)), device=CPU).space
    whole = kind.create(str(tiny_base), space=space, device="cpu")
    cut = kind.create(str(tiny_base), space=space, layers=1, device="cpu")
    assert cut.cost().flops < 0.7 * whole.cost().flops
    again = QueryEncoder.from_pretrained(cut.save_pretrained(tmp_path / "cut"), device="cpu")
    assert again.describe()["layers"] == 1
    np.testing.assert_allclose(again.encode(QUERIES), cut.encode(QUERIES), atol=1e-6)
