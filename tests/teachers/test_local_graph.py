"""Local teachers as graphs in OpenVINO: the same vectors, and torch wherever that cannot be had."""

from __future__ import annotations

import json
import shutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.errors import AdapterFormatError, ModelFormatError
from codequest.files import cache_root
from codequest.runtimes import Parity, build
from codequest.teachers import CachedTeacher, LocalTeacher, TeacherWarning, local
from codequest.teachers import local_graph as graph
from tests.teachers.conftest import DOCUMENTS, PROMPTS
from tests.tiny import QUERIES, build_model

pytest.importorskip("openvino")
POOR = Parity(cosine=0.91, worst=0.5, overlap=0.4)


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty cache folder, graphs for the fewest texts, and fp32, whatever this CPU has."""
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(local, "_WORTH_A_GRAPH", 1)
    monkeypatch.setattr(local, "faithful_half", lambda _: "fp32")


@pytest.fixture(scope="module")
def ready(tiny_teacher: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graphs of a cache folder: that of the tiny teacher in fp32."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEQUEST_CACHE", str(tmp_path_factory.mktemp("ready")))
        teacher = LocalTeacher(str(tiny_teacher), device="cpu")
        graph.open_graph(teacher.backbone, teacher._load, half=False)
        return cache_root() / "graphs"


@pytest.fixture
def kept(ready: Path) -> Path:
    """The folder of a graph that is there already."""
    shutil.copytree(ready, cache_root() / "graphs")
    return folders()[0]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """One entry per graph that was begun."""
    calls: list[Any] = []
    write = graph.write_graph
    monkeypatch.setattr(graph, "write_graph", lambda *given, **options: (calls.append(given), write(*given, **options)))
    return calls


def auto(folder: Path) -> LocalTeacher:
    return LocalTeacher(str(folder), precision="auto", device="cpu")


def folders() -> list[Path]:
    return sorted((cache_root() / "graphs").iterdir()) if (cache_root() / "graphs").is_dir() else []


def assert_torch_vectors(teacher: LocalTeacher, folder: Path) -> None:
    expected = LocalTeacher(str(folder), device="cpu")
    np.testing.assert_allclose(teacher.encode_queries(QUERIES), expected.encode_queries(QUERIES), atol=5e-6)


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
            monkeypatch.setattr(graph, "TemporaryDirectory", None)  # nothing is written where there is a graph
            teacher = auto(folder)
        assert (len(made), len(folders())) == (1, 1)
        described = json.loads((folders()[0] / "graph.json").read_text(encoding="utf-8"))
        assert described["parity"]["worst"] > 0.99999

    def test_fp32_where_bf16_leaves_the_space(self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        measured: list[Parity] = []
        measure, opened = graph.measure_parity, graph.open_session

        def poor_at_first(*both: Any) -> Parity:
            measured.append(measure(*both))
            return POOR if len(measured) == 1 else measured[-1]

        monkeypatch.setattr(graph, "measure_parity", poor_at_first)
        monkeypatch.setattr(graph, "open_session", lambda folder, runtime, _: opened(folder, runtime, "fp32"))
        teacher = auto(tiny_teacher)
        found = graph.open_graph(teacher.backbone, teacher._load, half=True)
        assert (found.precision, len(measured)) == ("fp32", 2)

    def test_few_texts_and_precisions_that_were_asked_for_stay_in_torch(
        self, tiny_teacher: Path, made: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked_for = LocalTeacher(str(tiny_teacher), precision="fp32", device="cpu")
        asked_for.encode_queries(QUERIES)
        monkeypatch.setattr(local, "_WORTH_A_GRAPH", 2000)
        teacher = auto(tiny_teacher)
        teacher.encode_queries(QUERIES)
        assert (teacher.runtime, asked_for.runtime, made, folders()) == ("torch", "torch", [], [])
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


class TestFallbacks:
    def test_without_openvino_it_is_torch_and_nothing_is_said(
        self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "openvino", None)
        teacher = auto(tiny_teacher)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert_torch_vectors(teacher, tiny_teacher)
        assert (teacher.runtime, folders()) == ("torch", [])

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
        def fail(*given: Any) -> None:
            raise RuntimeError("Can't open bin file.\nNo space left on device")

        monkeypatch.setattr(graph, "_faithful", fail)
        with pytest.warns(TeacherWarning, match=r"embeds in torch.*bin file. No space left on device$"):
            assert_torch_vectors(auto(tiny_teacher), tiny_teacher)
        assert folders() == []

    def test_a_large_model_is_not_loaded_again(self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(build, "_MOST_PARAMETERS", 10)
        teacher = auto(tiny_teacher)
        monkeypatch.setattr(teacher, "_load", None)
        with pytest.warns(TeacherWarning, match="billion parameters it is not made into a graph, for want of memory"):
            assert_torch_vectors(teacher, tiny_teacher)

    def test_a_cache_folder_that_cannot_be_written(
        self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("no folder", encoding="utf-8")
        monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "file" / "cache"))
        with pytest.warns(TeacherWarning, match="embeds in torch.*Not a directory.*file"):
            assert_torch_vectors(auto(tiny_teacher), tiny_teacher)


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
        says = "cannot be read" if damage == "missing" else "is damaged" if damage == "truncated" else "holds no graph"
        with pytest.raises(AdapterFormatError, match=says):
            graph._read(kept)

    def test_a_damaged_graph_is_made_again(self, tiny_teacher: Path, kept: Path, made: list[Any]) -> None:
        weights = kept / "openvino_model.bin"
        content = bytearray(weights.read_bytes())
        content[len(content) // 2] ^= 1
        weights.write_bytes(content)
        teacher = auto(tiny_teacher)
        assert_torch_vectors(teacher, tiny_teacher)
        assert (teacher.runtime, len(made), folders()) == ("openvino", 1, [kept])

    def test_two_processes_that_make_the_same_graph_at_once(
        self, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch, made: list[Any]
    ) -> None:
        first, second = auto(tiny_teacher), auto(tiny_teacher)
        make = graph._faithful

        def make_while_the_second_makes(*given: Any) -> Any:
            monkeypatch.setattr(graph, "_faithful", make)
            result = make(*given)
            second.encode_queries(QUERIES)
            return result

        monkeypatch.setattr(graph, "_faithful", make_while_the_second_makes)
        for teacher in (first, second):
            assert_torch_vectors(teacher, tiny_teacher)
            assert teacher.runtime == "openvino"
        assert (len(made), len(folders())) == (2, 1)  # and nothing is left of the one that was second
