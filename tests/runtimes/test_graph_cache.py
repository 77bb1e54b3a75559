"""A graph is made once, kept by everything that it depends on, and made again when it is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.errors import AdapterFormatError, ModelFormatError, ParityError
from codequest.runtimes import graph_cache
from codequest.runtimes.graph_cache import cached_graph, graph_folder, open_graph


def read(folder: Path) -> str:
    text = (folder / "graph").read_text(encoding="utf-8")
    if text == "damaged":
        raise AdapterFormatError("damaged")
    return text


class Writer:
    def __init__(self, error: Exception | None = None) -> None:
        self.calls = 0
        self.error = error

    def __call__(self, folder: Path) -> None:
        self.calls += 1
        if self.error is not None:
            raise self.error
        folder.mkdir(parents=True)
        (folder / "graph").write_text(f"made {self.calls}", encoding="utf-8")


def test_a_graph_is_made_once(tmp_path: Path) -> None:
    folder, write = tmp_path / "graphs" / "one", Writer()
    assert open_graph(folder, read) is None
    assert [cached_graph(folder, read=read, write=write) for _ in range(2)] == ["made 1", "made 1"]
    assert open_graph(folder, read) == "made 1"


def test_a_damaged_graph_is_made_again(tmp_path: Path) -> None:
    folder, write = tmp_path / "graphs" / "one", Writer()
    cached_graph(folder, read=read, write=write)
    (folder / "graph").write_text("damaged", encoding="utf-8")
    assert cached_graph(folder, read=read, write=write) == "made 2"
    (folder / "graph").write_text("damaged", encoding="utf-8")
    assert open_graph(folder, read) is None
    assert not folder.exists()


@pytest.mark.parametrize("error", [ModelFormatError("It has no layers."), ParityError("Too far apart.")])
def test_a_refusal_is_kept_and_says_how_to_try_again(tmp_path: Path, error: Exception) -> None:
    folder, write = tmp_path / "graphs" / "one", Writer(error)
    refusal = folder.with_name("one.refused")
    with pytest.raises(type(error), match=rf"{error} Remove .*one\.refused to try again\."):
        cached_graph(folder, read=read, write=write)
    with pytest.raises(ModelFormatError, match=rf"{error} Remove .*one\.refused to try again\."):
        cached_graph(folder, read=read, write=write)
    assert write.calls == 1
    refusal.unlink()
    assert cached_graph(folder, read=read, write=Writer()) == "made 1"


def test_everything_that_a_graph_depends_on_is_in_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openvino")
    pytest.importorskip("onnxruntime")
    first = graph_folder("user/model", {"space": "1"}, runtime="openvino", precision="fp32")
    assert first.name.startswith("user--model-openvino-fp32-")
    others = [
        graph_folder("user/model", {"space": "2"}, runtime="openvino", precision="fp32"),
        graph_folder("user/model", {"space": "1"}, runtime="openvino", precision="bf16"),
        graph_folder("user/model", {"space": "1"}, runtime="onnx", precision="fp32"),
    ]
    version = graph_cache.metadata.version
    monkeypatch.setattr(graph_cache.metadata, "version", lambda name: "next" if name == "openvino" else version(name))
    others.append(graph_folder("user/model", {"space": "1"}, runtime="openvino", precision="fp32"))
    assert len({first, *others}) == 5
    assert graph_folder("user/model", {"space": "1"}, runtime="onnx", precision="fp32") in others
