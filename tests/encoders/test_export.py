"""Encoders as one graph: parity, what is refused, threads, light processes."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.adapters.card_metadata import ONE_QUERY
from codequest.encoders import ExportedQueryEncoder, QuantizedQueryEncoder, QueryEncoder
from codequest.errors import (
    AdapterWriteError,
    InvalidInputError,
    MissingDependencyError,
    ModelFormatError,
    ParityError,
    PrecisionNotSupportedError,
)
from codequest.runtimes import PARITY_QUERIES, RUNTIMES, Parity
from codequest.runtimes.openvino_session import OpenVINOSession
from codequest.space import EmbeddingSpace
from codequest.teachers import LocalTeacher
from tests.encoders.conftest import build_case
from tests.tiny import QUERIES, build_model

pytest.importorskip("onnxscript")
pytest.importorskip("openvino")


class TestParity:
    @pytest.mark.parametrize("runtime", ["onnx", "openvino"])
    @pytest.mark.parametrize(
        "name", ["lora-mlp", pytest.param("projection-linear", marks=pytest.mark.slow), "static-mlp"]
    )
    def test_a_graph_gives_the_encoders_vectors(
        self, name: str, runtime: Any, tmp_path: Path, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace
    ) -> None:
        encoder = build_case(name, tiny_base, wide_teacher, space).encoder
        encoder.metrics = {"cosqa/dev": {"nDCG@10": 0.5}, ONE_QUERY: {"p50 ms": 9.0}}
        loaded = QueryEncoder.from_pretrained(encoder.export(tmp_path / "out", runtime=runtime))
        assert isinstance(loaded, ExportedQueryEncoder)
        np.testing.assert_allclose(loaded.encode(QUERIES), encoder.encode(QUERIES), atol=2e-6)
        assert loaded.space == encoder.space
        assert loaded.training == encoder.training
        assert loaded.metrics == {"cosqa/dev": {"nDCG@10": 0.5}}  # the time of a query in torch is not the graph's
        described = loaded.describe()
        assert (described["exported"], described["source"]) == (encoder.kind, encoder.describe())
        assert loaded.source_kind == encoder.kind
        assert described["parity"]["worst"] > 0.99999

    @pytest.mark.parametrize("runtime", [pytest.param("onnx", marks=pytest.mark.slow), "openvino"])
    def test_a_quantized_encoder_is_exported_from_the_teachers_own_weights_with_its_prompt(
        self, runtime: Any, tmp_path: Path, wide_teacher: Path, space: EmbeddingSpace
    ) -> None:
        encoder = QuantizedQueryEncoder.create(
            space=space, precision="int8", runtime="torch", weights=str(wide_teacher), device="cpu"
        )
        loaded = QueryEncoder.from_pretrained(encoder.export(tmp_path / "out", runtime=runtime))
        teacher = LocalTeacher(str(wide_teacher), device="cpu")
        assert space.query_prompt == "query: "
        np.testing.assert_allclose(loaded.encode(QUERIES), teacher.encode_queries(QUERIES), atol=2e-6)
        assert np.abs(loaded.encode(QUERIES) - teacher.encode_documents(QUERIES)).max() > 0.01

    @pytest.mark.parametrize("architecture", ["bert", "xlm-r"])
    @pytest.mark.slow
    def test_attention_is_one_operation_in_onnx_runtime(self, architecture: Any, tmp_path: Path) -> None:
        import onnx

        teacher = LocalTeacher(str(build_model(tmp_path / "model", architecture=architecture)), device="cpu")
        encoder = QuantizedQueryEncoder.create(
            space=teacher.space, precision="int8", runtime="torch", weights=str(tmp_path / "model"), device="cpu"
        )
        loaded = QueryEncoder.from_pretrained(encoder.export(tmp_path / "out", runtime="onnx"))
        graph = onnx.load(str(tmp_path / "out" / "model.onnx")).graph
        kinds = Counter(node.op_type for node in graph.node)
        assert loaded.describe()["way"] == "fp32, fused"
        assert kinds["Attention"] + kinds["MultiHeadAttention"] == 2  # layers
        assert kinds["Softmax"] == 0
        np.testing.assert_allclose(loaded.encode(QUERIES), teacher.encode_queries(QUERIES), atol=5e-6)

    @pytest.mark.parametrize(
        "model",
        [
            {"architecture": "qwen3", "pooling": "lasttoken", "padding_side": "left", "dense": 24},
            {"architecture": "bert", "pooling": "cls", "lower_case": True},
        ],
    )
    def test_pooling_padding_dense_layers_and_lower_case_are_kept(self, model: dict[str, Any], tmp_path: Path) -> None:
        teacher = LocalTeacher(str(build_model(tmp_path / "model", **model)), device="cpu")
        encoder = QuantizedQueryEncoder.create(
            space=teacher.space, precision="int8", runtime="torch", weights=str(tmp_path / "model"), device="cpu"
        )
        loaded = QueryEncoder.from_pretrained(encoder.export(tmp_path / "out", runtime="onnx"))
        queries = [*QUERIES, "SORT a List"]
        np.testing.assert_allclose(loaded.encode(queries), teacher.encode_queries(queries), atol=5e-6)

    @pytest.mark.parametrize("runtime", ["onnx", "openvino"])
    def test_static_rows_stay_int8(
        self, runtime: Any, static: QueryEncoder, exported_static: Callable[[Any], Path], tmp_path: Path
    ) -> None:
        whole, reduced = exported_static(runtime), static.export(tmp_path / "int8", runtime=runtime, precision="int8")
        loaded = QueryEncoder.from_pretrained(reduced)
        np.testing.assert_allclose(loaded.encode(QUERIES), static.encode(QUERIES), atol=1e-6)
        assert loaded.cost(tokens=9).flops == static.cost(tokens=9).flops
        graph = {"onnx": "model.onnx", "openvino": "openvino_model.bin"}[runtime]
        rows = static.describe()["rows"] * static.describe()["width"]
        saved = (whole / graph).stat().st_size - (reduced / graph).stat().st_size
        assert saved == pytest.approx(3 * rows, rel=0.1)

    def test_what_a_query_costs_is_the_encoders(
        self, folder: Path, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace
    ) -> None:
        encoder = build_case("lora-mlp", tiny_base, wide_teacher, space).encoder
        loaded = QueryEncoder.from_pretrained(folder)
        for tokens in (3, 12, 64):
            assert loaded.cost(tokens=tokens) == encoder.cost(tokens=tokens)

    def test_an_encoder_that_is_being_trained_is_exported_as_it_is_and_stays_so(
        self, tmp_path: Path, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace
    ) -> None:
        encoder: Any = build_case("lora-linear", tiny_base, wide_teacher, space).encoder
        expected = encoder.encode(QUERIES)
        encoder.begin_training()
        loaded = QueryEncoder.from_pretrained(encoder.export(tmp_path / "out", runtime="openvino"))
        np.testing.assert_allclose(loaded.encode(QUERIES), expected, atol=5e-6)
        assert any("lora_A" in name for name in encoder.trained_tensors())
        encoder.end_training()
        np.testing.assert_allclose(encoder.encode(QUERIES), expected, atol=5e-6)


class TestGate:
    def test_a_graph_that_leaves_the_space_is_refused_with_figures_and_nothing_is_written(
        self, static: QueryEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = OpenVINOSession.run

        def noisy(self: OpenVINOSession, *inputs: Any) -> Any:
            vectors = broken(self, *inputs)
            vectors[:, 0] += 0.5
            return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

        monkeypatch.setattr(OpenVINOSession, "run", noisy)
        message = r"openvino, fp32, in a batch does not keep .* cosine 0\.\d+, worst .*fp32 must reach cosine 0\.9999"
        with pytest.raises(ParityError, match=message):
            static.export(tmp_path / "out", runtime="openvino")
        assert list(tmp_path.iterdir()) == []

    def test_the_fastest_faithful_way_is_taken(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        tiny_base: Path,
        wide_teacher: Path,
        space: EmbeddingSpace,
    ) -> None:
        measured = iter([0.9, 0.999, 0.999, 0.999])  # in a batch and one by one: of the first way, then of the second
        monkeypatch.setattr(
            "codequest.encoders.export.measure_parity", lambda *_: Parity(cosine=1, worst=next(measured), overlap=1)
        )
        encoder = build_case("projection-linear", tiny_base, wide_teacher, space).encoder
        loaded = QueryEncoder.from_pretrained(encoder.export(tmp_path / "out", runtime="onnx", precision="int8"))
        assert loaded.describe()["way"] == "dynamic int8, narrowing layers in fp32"
        assert not loaded.batch_invariant
        assert (loaded.encode(PARITY_QUERIES) * encoder.encode(PARITY_QUERIES)).sum(1).min() > 0.99

    def test_something_else_in_its_place_is_refused_before_anything_is_computed(
        self, static: QueryEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "thesis").mkdir()
        (tmp_path / "thesis" / "chapter.tex").write_text("years of work", encoding="utf-8")
        monkeypatch.setattr(type(static), "graph_source", None)
        with pytest.raises(AdapterWriteError, match="thesis exists and is not an adapter"):
            static.export(tmp_path / "thesis", runtime="onnx")


class TestRefusals:
    @pytest.mark.parametrize(
        ("runtime", "precision", "error", "message"),
        [
            (
                "tensorrt",
                "fp32",
                InvalidInputError,
                f"must be one of {', '.join(RUNTIMES)}, sentence-transformers, got 'tensorrt'",
            ),
            ("onnx", "fp8", InvalidInputError, "precision must be one of fp32, bf16, int8, got 'fp8'"),
            ("onnx", "bf16", PrecisionNotSupportedError, "ONNX Runtime does not compute in bf16.*runtime='openvino'"),
        ],
    )
    def test_a_choice_that_does_not_exist(
        self, static: QueryEncoder, tmp_path: Path, runtime: Any, precision: Any, error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error, match=message):
            static.export(tmp_path / "out", runtime=runtime, precision=precision)

    def test_bf16_on_a_cpu_without_it(
        self, static: QueryEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Old:
            def get_property(self, _: str, name: str) -> Any:
                return {"OPTIMIZATION_CAPABILITIES": ["FP32", "INT8"], "FULL_DEVICE_NAME": "Old CPU"}[name]

        monkeypatch.setattr("openvino.Core", Old)
        with pytest.raises(PrecisionNotSupportedError, match=r"This CPU \(Old CPU\) does not compute in bf16"):
            static.export(tmp_path / "out", runtime="openvino", precision="bf16")

    @pytest.mark.parametrize(("runtime", "module"), [("onnx", "onnxruntime"), ("openvino", "openvino")])
    def test_a_runtime_that_is_not_installed(
        self,
        static: QueryEncoder,
        exported_static: Callable[[Any], Path],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        runtime: Any,
        module: str,
    ) -> None:
        out = exported_static(runtime)
        monkeypatch.setitem(sys.modules, module, None)
        message = rf"'{module}' is needed here.*pip install 'codequest\[{runtime}\]'"
        with pytest.raises(MissingDependencyError, match=message):
            static.export(tmp_path / "other", runtime=runtime)
        with pytest.raises(MissingDependencyError, match=message):
            QueryEncoder.from_pretrained(out)

    def test_an_exported_encoder_is_not_exported_again(self, folder: Path, tmp_path: Path) -> None:
        with pytest.raises(InvalidInputError, match=r"already exported, to onnx in fp32\. Export the lora encoder"):
            QueryEncoder.from_pretrained(folder).export(tmp_path / "out", runtime="onnx")

    def test_a_model_that_openvino_cannot_convert(self, tmp_path: Path) -> None:
        teacher = LocalTeacher(str(build_model(tmp_path / "model", architecture="qwen3")), device="cpu")
        encoder = QuantizedQueryEncoder.create(
            space=teacher.space, precision="int8", runtime="torch", weights=str(tmp_path / "model"), device="cpu"
        )
        with pytest.raises(ModelFormatError, match=r"OpenVINO cannot convert this model.*Choose runtime='onnx'"):
            encoder.export(tmp_path / "out", runtime="openvino")
