"""The compact adaptation chooses for the machine it is on, and says what and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from codequest.encoders import QuantizedQueryEncoder, QueryEncoder
from codequest.encoders.quantized import graph as compact_graph
from codequest.encoders.quantized import ways as compact
from codequest.encoders.quantized.ways import ways
from codequest.errors import InvalidInputError, MissingDependencyError, ParityError, SpaceMismatchError
from codequest.runtimes import RUNTIMES, Merit, Parity, openvino_session
from codequest.runtimes.onnx_session import OnnxSession
from codequest.runtimes.table import RuntimeRow
from codequest.space import EmbeddingSpace
from tests.tiny import build_model

pytest.importorskip("onnxscript")
pytest.importorskip("nncf")

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Runtimes that are as if they were not installed."""
    names: set[str] = set()
    check = compact_graph.check_choices

    def refuse(runtime: Any, precision: Any) -> None:
        if runtime in names:
            raise MissingDependencyError(f"{runtime!r} is not installed")
        check(runtime, precision)

    monkeypatch.setattr(compact_graph, "check_choices", refuse)
    return names


def create(space: EmbeddingSpace, weights: Path, **options: Any) -> QuantizedQueryEncoder:
    return QuantizedQueryEncoder.create(space=space, weights=str(weights), device="cpu", **options)


def test_the_order_of_the_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True}, raising=False)
    monkeypatch.setattr(openvino_session, "multiplies_bytes", lambda: True)
    monkeypatch.setattr(compact, "RUNTIMES", {name: RUNTIMES[name] for name in ("onnx", "openvino")})
    found = ways("auto", "auto", CPU)
    expected = "openvino int8, onnx int8, openvino bf16, torch bf16, torch int8, torch nf4, torch fp4, torch fp16"
    assert ", ".join(map(str, found)) == expected
    assert "multiplies 8-bit integers" in found[0].why
    monkeypatch.setattr(openvino_session, "multiplies_bytes", lambda: False)
    assert "does not multiply 8-bit integers" in ways("auto", "auto", CPU)[0].why
    assert [str(way) for way in ways("int8", "auto", CPU)] == ["openvino int8", "onnx int8", "torch int8"]
    assert [str(way) for way in ways("auto", "onnx", CPU)] == ["onnx int8"]
    assert [str(way) for way in ways("nf4", "auto", CPU)] == ["torch nf4"]


class FastSession(OnnxSession):
    """Another runtime, which is better than the others for a teacher in int8."""

    @classmethod
    def merits(cls) -> list[Merit]:
        return [Merit("int8", place=5, why="it is fast")]


def test_a_runtime_brings_its_ways_in_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    name: Any = "fast"
    row = RuntimeRow(
        name=name, package="fast", files=("model.fast",), precisions=("int8",), where=f"{__name__}:FastSession"
    )
    monkeypatch.setattr(compact, "RUNTIMES", {"onnx": RUNTIMES["onnx"], name: row})
    found = ways("int8", "auto", CPU)
    assert [str(way) for way in found] == ["fast int8", "onnx int8", "torch int8"]
    assert found[0].why == "it is fast"


def test_a_gpu_has_no_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: True)
    found = ways("auto", "auto", torch.device("cuda"))
    assert {way.runtime for way in found} == {"torch"}
    assert str(found[0]) == "torch bf16"


def test_a_pair_that_does_not_exist_lists_those_that_do() -> None:
    with pytest.raises(InvalidInputError, match=r"No way to run a teacher in nf4 with onnx on this cpu. There are ope"):
        ways("nf4", "onnx", CPU)
    known = f"auto, torch, {', '.join(RUNTIMES)}"
    with pytest.raises(InvalidInputError, match=f"runtime must be one of {known}, got 'tensorrt'"):
        ways("int8", "tensorrt", CPU)


def test_what_is_not_installed_is_passed_over_and_named(
    missing: set[str], wide_teacher: Path, space: EmbeddingSpace
) -> None:
    missing.add("openvino")
    encoder = create(space, wide_teacher)
    assert (encoder.runtime, encoder.precision) == ("onnx", "int8")
    assert encoder.why.startswith("ONNX Runtime multiplies 8-bit integers")
    assert encoder.why.endswith("; not openvino int8: 'openvino' is not installed")
    missing.update(RUNTIMES)
    assert create(space, wide_teacher).runtime == "torch"
    with pytest.raises(MissingDependencyError, match="'onnx' is not installed"):
        create(space, wide_teacher, runtime="onnx")


@pytest.mark.slow
def test_a_graph_that_leaves_the_space_is_passed_over_and_remembered(
    wide_teacher: Path, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from codequest.encoders import export

    poor = Parity(cosine=0.91, worst=0.5, overlap=0.4)
    monkeypatch.setattr(export, "measure_parity", lambda vectors, expected: poor)
    with pytest.raises(ParityError, match=r"cosine 0\.9100"):
        create(space, wide_teacher, runtime="onnx")
    encoder = create(space, wide_teacher, precision="int8")
    assert encoder.runtime == "torch"
    assert "not openvino int8: openvino, int8 weights" in encoder.why
    monkeypatch.setattr(export, "measure_parity", None)  # would fail if it were called
    again = create(space, wide_teacher, precision="int8")
    assert again.runtime == "torch"
    assert "to try again" in again.why


def test_other_weights_than_the_spaces_are_refused(space: EmbeddingSpace, tmp_path: Path) -> None:
    other = build_model(tmp_path / "wide-teacher", architecture="mpnet", seed=5, hidden=64)
    with pytest.raises(SpaceMismatchError, match="not the teacher of the space"):
        create(space, other)


@pytest.mark.slow
def test_a_saved_encoder_chooses_again_where_it_is_loaded(
    missing: set[str], wide_teacher: Path, space: EmbeddingSpace, tmp_path: Path
) -> None:
    folder = create(space, wide_teacher).save_pretrained(tmp_path / "adapter")
    missing.add("openvino")
    loaded = QueryEncoder.from_pretrained(folder)
    assert isinstance(loaded, QuantizedQueryEncoder)
    assert loaded.runtime == "onnx"
    assert loaded.describe() == {"precision": "auto", "runtime": "auto", "weights": str(wide_teacher)}
