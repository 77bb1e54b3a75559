"""A teacher that there is only as a graph."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from codequest.errors import (
    InvalidInputError,
    ModelFormatError,
    SpaceMismatchError,
)
from codequest.teachers import LocalTeacher, OnnxTeacher, load_teacher, teacher_of
from tests.teachers.conftest import DOCUMENTS
from tests.teachers.onnx.export import export_model
from tests.tiny import QUERIES, build_model

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


def test_it_gives_the_vectors_of_the_model_itself(published: Path, prompted_teacher: Path) -> None:
    graph, model = load_teacher(f"onnx:{published}"), LocalTeacher(str(prompted_teacher), device="cpu")
    np.testing.assert_allclose(graph.encode_queries(QUERIES), model.encode_queries(QUERIES), atol=1e-5)
    np.testing.assert_allclose(graph.encode_documents(DOCUMENTS), model.encode_documents(DOCUMENTS), atol=1e-5)
    assert graph.token_counts(QUERIES, "query") == model.token_counts(QUERIES, "query")
    ours, its = graph.space.to_dict(), model.space.to_dict()
    assert ours.pop("teacher") == "onnx:published"
    assert its.pop("teacher") == prompted_teacher.name
    assert str(ours.pop("revision")).startswith("sha256:")
    its.pop("revision")
    assert ours == its


@pytest.mark.parametrize("pooling", ["cls", "last"])
def test_it_pools_as_the_files_say(tmp_path: Path, pooling: str) -> None:
    model = build_model(tmp_path / "model", seed=3, pooling="lasttoken" if pooling == "last" else pooling)
    folder = export_model(model, tmp_path / "graph", token_types=True)
    graph, expected = OnnxTeacher(folder), LocalTeacher(str(model), device="cpu")
    assert graph.space.pooling == pooling
    np.testing.assert_allclose(graph.encode_queries(QUERIES), expected.encode_queries(QUERIES), atol=1e-5)


def test_a_graph_that_pools_needs_no_files_that_say_how(tmp_path: Path, tiny_base: Path) -> None:
    folder = export_model(tiny_base, tmp_path / "graph", pooled=True)
    shutil.rmtree(folder / "1_Pooling")
    (folder / "modules.json").unlink()
    graph, model = OnnxTeacher(folder), LocalTeacher(str(tiny_base), device="cpu")
    assert (graph.space.pooling, graph.space.normalized) == ("unknown", True)
    np.testing.assert_allclose(graph.encode_documents(DOCUMENTS), model.encode_documents(DOCUMENTS), atol=1e-5)


def test_what_no_file_says_is_said_in_its_name(bare: Path, prompted_teacher: Path) -> None:
    with pytest.raises(ModelFormatError, match=r"no file says how they are pooled.* onnx:.*bare\?pooling=mean"):
        load_teacher(f"onnx:{bare}")
    name = f"onnx:{bare}?pooling=mean&query_prompt=search: &max_tokens=64"
    graph, model = load_teacher(name), LocalTeacher(str(prompted_teacher), device="cpu")
    assert (graph.space.pooling, graph.space.query_prompt, graph.space.max_tokens) == ("mean", "search: ", 64)
    assert not graph.space.normalized
    given = graph.encode_queries(QUERIES)
    unit = given / np.linalg.norm(given, axis=1, keepdims=True)
    np.testing.assert_allclose(unit, model.encode_queries(QUERIES), atol=1e-5)


def test_an_adapter_finds_it_again_beside_itself(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = load_teacher(f"onnx:{published}").space
    monkeypatch.chdir(published.parent)
    assert teacher_of(space).space == space


def test_another_graph_is_another_space(published: Path, tmp_path: Path, tiny_base: Path) -> None:
    other = export_model(tiny_base, tmp_path / "published")
    with pytest.raises(SpaceMismatchError, match="differ in revision"):
        OnnxTeacher(published).space.check(OnnxTeacher(other).space)


def test_layers_after_the_pooling_are_not_left_out(tmp_path: Path) -> None:
    folder = export_model(build_model(tmp_path / "model", dense=16), tmp_path / "graph")
    with pytest.raises(ModelFormatError, match=r"has dense layers after the pooling\. Export the whole model"):
        OnnxTeacher(folder)


def test_options_that_cannot_be_are_refused(bare: Path) -> None:
    with pytest.raises(InvalidInputError, match="pooling must be one of mean, cls, last, got 'max'"):
        load_teacher(f"onnx:{bare}?pooling=max")
    with pytest.raises(InvalidInputError, match=r"Cannot read the options of onnx:.* Expected pooling"):
        load_teacher(f"onnx:{bare}?layers=3")
    with pytest.raises(InvalidInputError, match="the last one with a number"):
        load_teacher(f"onnx:{bare}?max_tokens=many")
