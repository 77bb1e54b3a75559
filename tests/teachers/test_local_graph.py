"""Local teachers as graphs in OpenVINO: the same vectors, and torch wherever that cannot be had."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.errors import AdapterFormatError
from codequest.machine import threads
from codequest.runtimes import Parity
from codequest.teachers import LocalTeacher, local
from codequest.teachers import local_graph as graph
from tests.teachers.conftest import DOCUMENTS, PROMPTS
from tests.teachers.graphs import POOR, assert_torch_vectors, auto, kept_graphs, needs_bf16
from tests.tiny import QUERIES, build_model

pytest.importorskip("openvino")
pytestmark = pytest.mark.usefixtures("graph_cache")


class TestFaithful:
    @pytest.mark.parametrize(
        "model",
        [
            {"architecture": "mpnet", "prompts": PROMPTS},
            {"architecture": "bert", "pooling": "cls", "lower_case": True, "dense": 24, "normalize": False},
        ],
    )
    def test_a_graph_gives_the_vectors_of_torch(
        self, model: dict[str, Any], tmp_path: Path, made: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = build_model(tmp_path / "model", **model)
        teacher, expected = auto(folder), LocalTeacher(str(folder), device="cpu")
        documents = [*DOCUMENTS, "SORT a List", *("read file\n" * count for count in (3, 9, 40))]
        scale = np.linalg.norm(expected.encode_documents(documents), axis=1).max()
        for _ in range(2):
            np.testing.assert_allclose(
                teacher.encode_documents(documents), expected.encode_documents(documents), atol=5e-6 * scale
            )
            np.testing.assert_allclose(
                teacher.encode_queries(QUERIES), expected.encode_queries(QUERIES), atol=5e-6 * scale
            )
            assert (teacher.runtime, teacher.precision, teacher.space) == ("openvino", "fp32", expected.space)
            assert (teacher.concurrency, teacher.in_torch().concurrency) == (min(threads(), 16), 1)
            monkeypatch.setattr(graph, "TemporaryDirectory", None)  # nothing is written where there is a graph
            teacher = auto(folder)
        assert (len(made), len(kept_graphs())) == (1, 1)
        described = json.loads((kept_graphs()[0] / "graph.json").read_text(encoding="utf-8"))
        assert described["parity"]["worst"] > 0.99999

    @needs_bf16
    def test_fp32_where_bf16_leaves_the_space(self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        measured: list[Parity] = []
        measure, opened = graph.measure_parity, graph.open_session

        def poor_at_first(*both: Any) -> Parity:
            measured.append(measure(*both))
            return POOR if len(measured) == 1 else measured[-1]

        monkeypatch.setattr(graph, "measure_parity", poor_at_first)
        monkeypatch.setattr(graph, "open_session", lambda folder, runtime, _: opened(folder, runtime, "fp32"))
        monkeypatch.setattr(local, "faithful_half", lambda _: "bf16")
        teacher = auto(tiny_teacher)
        assert (teacher.runtime, teacher.precision) == ("torch", "bf16")
        teacher.prepare(1_000_000)
        assert (teacher.runtime, teacher.precision, len(measured)) == ("openvino", "fp32", 2)


class TestKept:
    @pytest.mark.parametrize("damage", ["truncated", "missing", "unreadable", "foreign"])
    def test_a_damaged_graph_is_refused(self, damage: str, kept: Path) -> None:
        weights, description = kept / "openvino_model.bin", kept / "graph.json"
        if damage == "truncated":
            weights.write_bytes(weights.read_bytes()[:-9])
        elif damage == "missing":
            weights.unlink()
        else:
            description.write_text("{" if damage == "unreadable" else "[]", encoding="utf-8")
        says = (
            "cannot be read"
            if damage == "missing"
            else "is damaged"
            if damage == "truncated"
            else "holds no JSON|is malformed"
        )
        with pytest.raises(AdapterFormatError, match=says):
            graph.read_graph(kept)

    def test_a_damaged_graph_is_made_again(self, tiny_teacher: Path, kept: Path, made: list[Any]) -> None:
        weights = kept / "openvino_model.bin"
        content = bytearray(weights.read_bytes())
        content[len(content) // 2] ^= 1
        weights.write_bytes(content)
        teacher = auto(tiny_teacher)
        assert_torch_vectors(teacher, tiny_teacher)
        assert (teacher.runtime, len(made), kept_graphs()) == ("openvino", 1, [kept])

    def test_a_whole_graph_is_not_made_again(self, tiny_teacher: Path, kept: Path, made: list[Any]) -> None:
        teacher = auto(tiny_teacher)
        assert_torch_vectors(teacher, tiny_teacher)
        assert (teacher.runtime, made, kept_graphs()) == ("openvino", [], [kept])

    @pytest.mark.slow
    def test_two_processes_that_make_the_same_graph_at_once(
        self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch, made: list[Any]
    ) -> None:
        first, second = auto(tiny_teacher), auto(tiny_teacher)
        write = graph.write_graph

        def write_while_the_second_makes(*given: Any, **options: Any) -> None:
            monkeypatch.setattr(graph, "write_graph", write)
            write(*given, **options)
            second.encode_queries(QUERIES)

        monkeypatch.setattr(graph, "write_graph", write_while_the_second_makes)
        for teacher in (first, second):
            assert_torch_vectors(teacher, tiny_teacher)
            assert teacher.runtime == "openvino"
        assert (len(made), len(kept_graphs())) == (2, 1)  # and nothing is left of the one that was second
