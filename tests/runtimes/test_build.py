"""A torch module becomes a graph that takes any number of texts and tokens, or is refused with its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from codequest.errors import InvalidInputError, ModelFormatError
from codequest.runtimes import RUNTIMES, open_session
from codequest.runtimes.build import refuse_heavy, write_graph
from tests.runtimes.networks import SmallNetwork, expected, tokens


@pytest.mark.parametrize("runtime", list(RUNTIMES))
def test_a_graph_gives_the_modules_vectors_for_any_number_of_texts_and_tokens(runtime: Any, tmp_path: Path) -> None:
    pytest.importorskip({"onnx": "onnxscript", "openvino": "openvino"}[runtime])
    network = SmallNetwork()
    write_graph(network, tokens(2, 3), tmp_path, runtime=runtime)
    assert {path.name for path in tmp_path.iterdir()} == set(RUNTIMES[runtime].files)
    session = open_session(tmp_path, runtime, "fp32")
    for batch in (tokens(1, 1), tokens(2, 3), tokens(9, 70)):
        found = session.run(batch["input_ids"].numpy(), batch["attention_mask"].numpy())
        np.testing.assert_allclose(found, expected(network, batch), atol=1e-6)


@pytest.mark.parametrize("runtime", list(RUNTIMES))
def test_a_module_that_torch_cannot_follow_is_named(runtime: Any, tmp_path: Path) -> None:
    pytest.importorskip({"onnx": "onnxscript", "openvino": "openvino"}[runtime])

    class DecidesByItsInput(nn.Module):
        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
            return input_ids.float() if input_ids.sum() > 3 else attention_mask.float()

    with pytest.raises(ModelFormatError, match=r"torch\.export cannot follow DecidesByItsInput: "):
        write_graph(DecidesByItsInput(), tokens(2, 3), tmp_path, runtime=runtime)
    assert list(tmp_path.iterdir()) == []


def test_more_than_one_onnx_file_holds_is_refused_before_anything_is_traced(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    large = nn.Linear(20_000, 30_000, bias=False, device="meta")
    with pytest.raises(InvalidInputError, match=r"2\.4 GB of weights; one ONNX file holds 2.*runtime='openvino'"):
        write_graph(large, {}, tmp_path, runtime="onnx")


def test_a_model_of_more_than_a_billion_parameters_becomes_no_graph_unasked() -> None:
    refuse_heavy(nn.Linear(1000, 1_000_000, bias=False, device="meta"))
    with pytest.raises(ModelFormatError, match=r"With 1\.6 billion parameters it is not made into a graph"):
        refuse_heavy(nn.Linear(40_000, 40_000, bias=False, device="meta"))


def test_the_module_is_left_as_it_is(tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    network = SmallNetwork()
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    write_graph(network, tokens(2, 3), tmp_path, runtime="openvino")
    assert all(torch.equal(weight, before[name]) for name, weight in network.state_dict().items())
