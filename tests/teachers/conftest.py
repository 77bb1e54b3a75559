"""Every kind of teacher, on tiny models."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import PrecisionNotSupportedError
from codequest.files import cache_root
from codequest.teachers import ApiTeacher, CachedTeacher, LocalTeacher, OnnxTeacher, Teacher, VectorsTeacher, local
from codequest.teachers import local_graph as graph
from tests.teachers.graphs import auto, kept_graphs
from tests.tiny import QUERIES, build_model

DOCUMENTS = [
    "def read(path):\n    return open(path).read()",
    "",
    "sorted(d.items(), key=lambda item: item[1])",
    "   \n",
    "class List(list):\n" + "    pass\n" * 40,
]
PROMPTS = {"query": "search: ", "document": "the file: "}
STRANGE = {"a\x00b": "a�b", "lone \ud800 surrogate": "lone � surrogate"}
"""Texts that no tokenizer can represent, and what they are read as."""


@dataclass(frozen=True)
class Case:
    """A teacher and what may be expected of it.

    Attributes:
        name: Which one.
        teacher: The teacher.
        tolerance: How far two vectors of one text may be apart, per component.
    """

    name: str
    teacher: Teacher
    tolerance: float


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An API on loopback; the key that it expects is in ``TEST_API_KEY``."""
    from tests.teachers.api_server import KEY, ApiServer

    monkeypatch.setenv("TEST_API_KEY", KEY)
    with ApiServer().running() as running:
        yield running


@pytest.fixture(scope="session")
def prompted_teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that puts one text before queries and another before documents."""
    return build_model(tmp_path_factory.mktemp("models") / "prompted", seed=5, prompts=PROMPTS)


def stored(teacher: Teacher) -> VectorsTeacher:
    """The vectors of a teacher, without it."""
    queries, documents = [*QUERIES[:-1], *STRANGE.values()], [*DOCUMENTS, *STRANGE.values()]
    return VectorsTeacher(
        teacher.space,
        queries=(queries, teacher.encode_queries(queries)),
        documents=(documents, teacher.encode_documents(documents)),
    )


def in_a_graph(folder: str) -> LocalTeacher:
    """A local teacher that many texts were announced to."""
    teacher = LocalTeacher(folder, precision="auto", device="cpu")
    teacher.prepare(1_000_000)
    return teacher


def through_an_api(folder: str) -> ApiTeacher:
    """A local model on an HTTP server with OpenAI's protocol."""
    from tests.teachers.api_server import ApiServer

    model = LocalTeacher(folder, device="cpu").backbone
    server = ApiServer()
    server.key = None
    server.embed = lambda text, side: model.embed([text]).numpy()[0]
    server.start()
    prompts = {f"{side}_prompt": prompt for side, prompt in PROMPTS.items()}
    return ApiTeacher("openai", "tiny", base_url=server.url("openai"), **prompts)


def published(folder: str, scratch: Path) -> OnnxTeacher:
    """A local model as a graph that others exported."""
    from tests.teachers.onnx.export import export_model

    return OnnxTeacher(export_model(Path(folder), scratch.with_name("published")))


BUILDERS: dict[str, tuple[Callable[[str, Path], Teacher], float]] = {
    "local": (lambda folder, _: LocalTeacher(folder, device="cpu"), 1e-5),
    "local bf16": (lambda folder, _: LocalTeacher(folder, precision="bf16", device="cpu"), 0.03),
    "local graph": (lambda folder, _: in_a_graph(folder), 0.03),
    "onnx": (published, 1e-5),
    "api": (lambda folder, _: through_an_api(folder), 1e-5),
    "vectors": (lambda folder, _: stored(LocalTeacher(folder, device="cpu")), 0.0),
    "cached local": (lambda folder, path: CachedTeacher(LocalTeacher(folder, device="cpu"), path), 1e-5),
    "cached api": (lambda folder, path: CachedTeacher(through_an_api(folder), path), 1e-5),
    "cached vectors": (lambda folder, path: CachedTeacher(stored(LocalTeacher(folder, device="cpu")), path), 0.0),
}


@pytest.fixture(params=BUILDERS)
def case(request: pytest.FixtureRequest, prompted_teacher: Path, tmp_path: Path) -> Case:
    build, tolerance = BUILDERS[request.param]
    try:
        return Case(request.param, build(str(prompted_teacher), tmp_path / "cache.sqlite"), tolerance)
    except PrecisionNotSupportedError as error:
        pytest.skip(str(error))


@pytest.fixture
def graph_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty cache folder, graphs for the fewest texts, and fp32, whatever this CPU has."""
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(local, "WORTH_A_GRAPH", 1)
    monkeypatch.setattr(local, "faithful_half", lambda _: "fp32")


@pytest.fixture(scope="package")
def tiny_graphs(tiny_teacher: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graphs of a cache folder: that of the tiny teacher in fp32."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEQUEST_CACHE", str(tmp_path_factory.mktemp("ready")))
        patch.setattr(local, "faithful_half", lambda _: "fp32")
        auto(tiny_teacher).prepare(1_000_000)
        return cache_root() / "graphs"


@pytest.fixture
def kept(graph_cache: None, tiny_graphs: Path) -> Path:
    """The folder of a graph that is there already."""
    shutil.copytree(tiny_graphs, cache_root() / "graphs")
    return kept_graphs()[0]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """One entry per graph that was begun."""
    calls: list[Any] = []
    write = graph.write_graph
    monkeypatch.setattr(graph, "write_graph", lambda *given, **options: (calls.append(given), write(*given, **options)))
    return calls
