"""A model of this machine as a teacher: its options, and torch wherever a graph cannot be had."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.backbone import Backbone
from codequest.errors import InvalidInputError, ModelFormatError
from codequest.files import cache_root
from codequest.runtimes import build
from codequest.teachers import CachedTeacher, LocalTeacher, TeacherWarning, local
from codequest.teachers import local_graph as graph
from tests.teachers.conftest import DOCUMENTS, PROMPTS
from tests.teachers.graphs import POOR, assert_torch_vectors, auto, kept_graphs, needs_bf16
from tests.tiny import QUERIES


class TestOptions:
    def test_prompts_are_the_models_own_or_those_that_are_given(self, prompted_teacher: Path) -> None:
        own, other = (
            LocalTeacher(str(prompted_teacher), device="cpu", **given) for given in ({}, {"query_prompt": ""})
        )
        assert (own.space.query_prompt, own.space.document_prompt) == (PROMPTS["query"], PROMPTS["document"])
        assert (other.space.query_prompt, other.space.document_prompt) == ("", PROMPTS["document"])
        put = [PROMPTS["query"] + query for query in QUERIES]
        np.testing.assert_allclose(other.encode_queries(put), own.encode_queries(QUERIES), atol=1e-5)
        np.testing.assert_array_equal(other.encode_documents(DOCUMENTS), own.encode_documents(DOCUMENTS))

    def test_a_shorter_dim_is_a_space_of_its_own_and_the_first_components(self, tiny_teacher: Path) -> None:
        whole, cut = (LocalTeacher(str(tiny_teacher), device="cpu", **given) for given in ({}, {"dim": 8}))
        assert (cut.space.dim, cut.space.fingerprint == whole.space.fingerprint) == (8, False)
        first = whole.encode_queries(QUERIES)[:, :8]
        expected = first / np.linalg.norm(first, axis=1, keepdims=True)
        np.testing.assert_allclose(cut.encode_queries(QUERIES), expected, atol=1e-5)
        with pytest.raises(InvalidInputError, match="49"):
            LocalTeacher(str(tiny_teacher), device="cpu", dim=49)

    def test_texts_are_truncated_where_it_is_said(self, tiny_teacher: Path) -> None:
        short = LocalTeacher(str(tiny_teacher), device="cpu", max_tokens=6)
        vectors = short.encode_documents(["read the file in a list", "read the file in", "read the list in"])
        np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)
        assert np.abs(vectors[0] - vectors[2]).max() > 0.01

    def test_tokens_are_counted_with_the_prompt_and_never_none(
        self, prompted_teacher: Path, tiny_teacher: Path
    ) -> None:
        prompted = LocalTeacher(str(prompted_teacher), device="cpu")
        plain = LocalTeacher(str(prompted_teacher), query_prompt="", document_prompt="", device="cpu")
        both = [teacher.token_counts(["read file", "read"], "query") for teacher in (prompted, plain)]
        assert both == [[6, 5], [4, 3]]  # "search", ":" and the marks of beginning and end
        assert min(LocalTeacher(str(tiny_teacher), device="cpu").token_counts(["", " "], "document")) >= 1

    @needs_bf16
    def test_in_half_precision_the_vectors_are_near(self, tiny_teacher: Path) -> None:
        half, full = (LocalTeacher(str(tiny_teacher), precision=name, device="cpu") for name in ("bf16", "fp32"))
        assert (half.precision, half.runtime, half.space) == ("bf16", "torch", full.space)
        found, expected = half.encode_queries(QUERIES), full.encode_queries(QUERIES)
        assert 0.999 < (found * expected).sum(1).min() < 1 - 1e-7

    def test_unknown_precision_lists_the_choices(self, prompted_teacher: Path) -> None:
        with pytest.raises(InvalidInputError, match="precision must be one of auto, fp32, bf16, fp16, got 'int8'"):
            LocalTeacher(str(prompted_teacher), precision="int8")  # type: ignore[arg-type]

    def test_remote_code_needs_a_revision(self, tiny_teacher: Path) -> None:
        with pytest.raises(InvalidInputError, match=r"trust_remote_code=True runs Python code.*revision='<commit>'"):
            LocalTeacher(str(tiny_teacher), trust_remote_code=True)

    def test_a_device_that_is_not_there(self, tiny_teacher: Path) -> None:
        with pytest.raises(InvalidInputError, match="There is no device 'tpu9' here"):
            LocalTeacher(str(tiny_teacher), device="tpu9")


@pytest.mark.usefixtures("graph_cache")
class TestGraph:
    @pytest.fixture(autouse=True)
    def _installed(self) -> None:
        pytest.importorskip("openvino")

    def test_few_texts_and_precisions_that_were_asked_for_stay_in_torch(
        self, tiny_teacher: Path, made: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked_for = LocalTeacher(str(tiny_teacher), precision="fp32", device="cpu")
        asked_for.encode_queries(QUERIES)
        monkeypatch.setattr(local, "WORTH_A_GRAPH", 2000)
        teacher = auto(tiny_teacher)
        teacher.encode_queries(QUERIES)
        assert (teacher.runtime, asked_for.runtime, made, kept_graphs()) == ("torch", "torch", [], [])
        CachedTeacher(teacher).encode_documents([f"read file {number}" for number in range(600)])
        assert (teacher.runtime, len(made)) == ("openvino", 1)

    def test_in_torch_is_the_model_without_its_graph(
        self, tiny_teacher: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        teacher = auto(tiny_teacher)
        teacher.encode_queries(QUERIES)
        aside = teacher.in_torch()
        assert (aside.runtime, teacher.runtime) == ("torch", "openvino")
        monkeypatch.setattr(graph.TeacherGraph, "embed", None)
        assert_torch_vectors(aside, tiny_teacher)

    def test_vectors_that_were_stored_before_stay_in_use(
        self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch, made: list[Any]
    ) -> None:
        stored = CachedTeacher(LocalTeacher(str(tiny_teacher), device="cpu")).encode_queries(QUERIES)
        monkeypatch.setattr(LocalTeacher, "embed_batch", None)
        np.testing.assert_array_equal(CachedTeacher(auto(tiny_teacher)).encode_queries(QUERIES), stored)
        assert made == []


@pytest.mark.usefixtures("graph_cache")
class TestFallbacks:
    def test_without_openvino_it_is_torch_and_nothing_is_said(
        self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "openvino", None)
        teacher = auto(tiny_teacher)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert_torch_vectors(teacher, tiny_teacher)
        assert (teacher.runtime, kept_graphs()) == ("torch", [])

    @pytest.mark.filterwarnings("error")
    def test_a_model_that_becomes_no_graph_is_tried_once(
        self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried = []

        def refuse(*given: Any, **options: Any) -> None:
            tried.append(given)
            raise ModelFormatError("OpenVINO cannot convert this model.")

        monkeypatch.setattr(graph, "write_graph", refuse)
        for _ in range(2):
            teacher = auto(tiny_teacher)
            with pytest.warns(TeacherWarning, match=r"embeds in torch.*cannot convert this model. Remove .* again"):
                assert_torch_vectors(teacher, tiny_teacher)
            teacher.encode_documents(DOCUMENTS)
            assert teacher.runtime == "torch"
        assert len(tried) == 1

    def test_a_graph_that_leaves_the_space_is_not_used(
        self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(graph, "measure_parity", lambda *both: POOR)
        teacher = auto(tiny_teacher)
        with pytest.warns(TeacherWarning, match=r"embeds in torch.*fp32, does not keep.*cosine 0.9100, worst 0.5000"):
            assert_torch_vectors(teacher, tiny_teacher)
        assert not list(cache_root().rglob("*.bin"))

    def test_what_fails_by_chance_is_tried_again_by_the_next_process(
        self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*given: Any, **options: Any) -> None:
            raise RuntimeError("Can't open bin file.\nNo space left on device")

        monkeypatch.setattr(graph, "write_graph", fail)
        with pytest.warns(TeacherWarning, match=r"embeds in torch.*bin file. No space left on device$"):
            assert_torch_vectors(auto(tiny_teacher), tiny_teacher)
        assert kept_graphs() == []

    def test_a_large_model_is_not_loaded_again(self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        loads: list[Any] = []
        load = Backbone.load

        def counted(*given: Any, **options: Any) -> Backbone:
            loads.append(given)
            return load(*given, **options)

        monkeypatch.setattr(Backbone, "load", counted)
        monkeypatch.setattr(build, "MOST_PARAMETERS", 10)
        teacher = auto(tiny_teacher)
        with pytest.warns(TeacherWarning, match="billion parameters it is not made into a graph, for want of memory"):
            assert_torch_vectors(teacher, tiny_teacher)
        assert len(loads) == 2  # this teacher, and the one that it is compared with

    def test_a_cache_folder_that_cannot_be_written(
        self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("no folder", encoding="utf-8")
        monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "file" / "cache"))
        with pytest.warns(TeacherWarning, match="embeds in torch.*Not a directory.*file"):
            assert_torch_vectors(auto(tiny_teacher), tiny_teacher)
