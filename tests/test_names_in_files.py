"""Names that files hold: none leads to the network, or to a variable, in any place that loads what a file names."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codequest import ProjectionQueryEncoder, load_teacher
from codequest.errors import CodequestError, TeacherError
from codequest.search import CodeIndex
from codequest.search.mcp.tools import CodeTools
from codequest.teachers import LocalTeacher, VectorsTeacher, teacher_named_in, teacher_of
from codequest.training import load_recipe, make_adapters
from codequest.training.references import add_reference_vectors
from tests.cli.commands import beir, run
from tests.search.conftest import FILES, write
from tests.teachers.api_server import ApiServer
from tests.teachers.counting import CountingTeacher

PACKAGE = Path(__file__).resolve().parents[1] / "codequest"
VARIABLE = "SOME_SECRET_KEY"
SECRET = "secret-0123456789"
RECIPE = """
teacher = "{teacher}"
queries = ["pool.txt"]
evaluate = ["pairs:dev"]
[encoders.small]
kind = "projection"
base = "{base}"
[[encoders.small.stages]]
epochs = 1
"""

_watched: list[Any] | None = None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is not None and event == "socket.connect":
        _watched.append(arguments[1])


sys.addaudithook(_watch)  # there is no way to take one away


@pytest.fixture
def reached() -> Iterator[list[Any]]:
    """The address of every connection of the test."""
    global _watched  # noqa: PLW0603
    _watched = []
    yield _watched
    _watched = None


@pytest.fixture
def evil(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """A name that sends a variable of this environment, and the texts, to an address of a stranger."""
    monkeypatch.setenv(VARIABLE, SECRET)
    server.key = SECRET
    return f"openai:x?base_url={server.url('openai')}&key_variable={VARIABLE}"


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer().running() as running:
        yield running


@pytest.fixture
def index(evil: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An indexed folder whose index names the evil teacher, and which has changed since."""
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    root = write(tmp_path / "project", FILES)
    CodeIndex.build(root, teacher=CountingTeacher(teacher=evil))
    write(root, {"notes.txt": "the new list of values\n"})
    return root


@pytest.fixture
def adapter(evil: str, tiny_base: Path, tiny_teacher: Path, tmp_path: Path) -> Path:
    """An adapter in the space of the evil teacher."""
    space = replace(LocalTeacher(str(tiny_teacher)).space, teacher=evil, pooling="unknown")
    return ProjectionQueryEncoder.create(str(tiny_base), space=space, device="cpu").save_pretrained(
        tmp_path / "adapter"
    )


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return beir(tmp_path / "pairs", ["sort the dict", "read the file"], ["sort(dict)", "read(file)"])


@pytest.fixture
def recipe(evil: str, tiny_base: Path, tmp_path: Path) -> Path:
    (tmp_path / "pool.txt").write_text("sort a list\nread a file\n", encoding="utf-8")
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE.format(teacher=evil, base=tiny_base), encoding="utf-8")
    return path


Refused = Callable[[Callable[[], object]], str]


@pytest.fixture
def refused(reached: list[Any], server: ApiServer, evil: str) -> Refused:
    """Message of a refusal that names all there is to know; nothing was reached."""

    def check(act: Callable[[], object]) -> str:
        reached.clear()
        with pytest.raises(TeacherError, match="What a file names is loaded from this machine only") as caught:
            act()
        assert (reached, server.seen) == ([], [])
        message = str(caught.value)
        assert f"names the teacher {evil!r}, which sends texts to '{server.url('openai')}/embeddings'" in message
        assert f"with the key in the environment variable '{VARIABLE}'" in message
        return message

    return check


def test_the_same_name_said_by_the_caller_is_followed(evil: str, server: ApiServer, reached: list[Any]) -> None:
    """What the others would do, were they not refused; and that the watch sees it."""
    assert load_teacher(evil).encode_queries(["a"]).shape == (1, 8)
    assert server.texts() == ["How long is a vector?", "a"]
    assert {request.authorization for request in server.seen} == {f"Bearer {SECRET}"}
    assert f"http://{reached[0][0]}:{reached[0][1]}/openai" == server.url("openai")


class TestIndex:
    def test_an_index_run(self, index: Path, refused: Refused) -> None:
        message = refused(lambda: run("index", index))
        assert message.startswith(f"{index / '.codequest' / 'index.json'} names the teacher")
        assert f"say it once: codequest index {index} --teacher 'openai:x?base_url=" in message
        refused(lambda: CodeIndex.build(index))

    @pytest.mark.parametrize("command", [("search", "a"), ("ask", "a")])
    def test_a_search_with_the_teacher(self, index: Path, refused: Refused, command: tuple[str, ...]) -> None:
        refused(lambda: run(*command, "--path", index, "--encoder", "teacher"))
        refused(lambda: CodeIndex.open(index, encoder="teacher").search("a"))
        refused(lambda: CodeIndex.open(index, encoder="teacher").pack("a"))

    def test_the_page(self, index: Path, refused: Refused) -> None:
        refused(lambda: run("serve", "--index", index, "teacher", "--port", 0))

    def test_the_tools_of_agents(self, index: Path, refused: Refused) -> None:
        tools = CodeTools(index, encoder="teacher", mode="hybrid")
        refused(lambda: tools.search("a"))

    def test_words_alone_need_no_teacher(self, index: Path, reached: list[Any], server: ApiServer) -> None:
        reached.clear()
        assert "list of values" in run("search", "values", "--path", index, "--mode", "lexical")
        assert (reached, server.seen) == ([], [])


class TestAdapter:
    @pytest.mark.parametrize("command", ["evaluate", "report", "ann"])
    def test_commands_that_compare_it_with_its_teacher(
        self, adapter: Path, dataset: Path, tmp_path: Path, refused: Refused, command: str
    ) -> None:
        message = refused(lambda: run(command, adapter, "--dataset", f"{dataset}:dev", "--out", tmp_path / "out"))
        assert "If you want it, say it yourself: --teacher 'openai:x?base_url=" in message
        assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())

    def test_functions_that_load_its_teacher(self, adapter: Path, evil: str, refused: Refused) -> None:
        assert refused(lambda: add_reference_vectors(adapter)).startswith(f"{adapter} names the teacher")
        space = CountingTeacher(teacher=evil).space
        assert refused(lambda: teacher_of(space)).startswith("The space names the teacher")

    @pytest.mark.parametrize("command", ["bench", "export"])
    def test_commands_that_know_local_teachers_only(
        self, adapter: Path, tmp_path: Path, server: ApiServer, reached: list[Any], command: str
    ) -> None:
        options = {
            "bench": ("--form", "none", "--rounds", 1),
            "export": ("--out", tmp_path / "out", "--runtime", "sentence-transformers", "--router"),
        }
        reached.clear()
        with pytest.raises(CodequestError, match="No weights for 'openai:x"):
            run(command, adapter, *options[command])
        assert (reached, server.seen) == ([], [])

    def test_an_encoder_needs_no_teacher(self, adapter: Path, reached: list[Any]) -> None:
        reached.clear()
        assert len(json.loads(run("encode", adapter, "sort a list"))) == 48
        assert reached == []


def test_a_recipe(recipe: Path, dataset: Path, tmp_path: Path, refused: Refused, tiny_teacher: Path) -> None:
    out = tmp_path / "out"
    message = refused(lambda: run("train", recipe, "--data", tmp_path, "--out", out))
    assert message.startswith("The recipe names the teacher")
    refused(lambda: make_adapters(load_recipe(recipe), data=tmp_path, out=out))
    assert not out.exists()


def test_stored_vectors_that_say_they_are_of_an_api(evil: str, tmp_path: Path, refused: Refused) -> None:
    space = CountingTeacher(teacher=evil).space
    (tmp_path / "space.json").write_text(json.dumps(space.to_dict()), encoding="utf-8")
    stored = teacher_named_in("A file", f"vectors:{tmp_path}")
    assert isinstance(stored, VectorsTeacher)
    refused(lambda: teacher_of(stored.space))


CALLS = {
    "adapt/sources.py": {"request.teacher_name"},
    "bench/loaders.py": {"source"},
    "cli/distill.py": {"name or DEFAULT_TEACHER"},
    "cli/probe.py": {"teacher"},
    "corpus/cache_fill.py": {"teacher"},
    "corpus/embedder.py": {"self.name"},
    "demo/tour.py": {"TEACHER", "f'auto:{TEACHER}'"},
    "integrations/haystack.py": {"self.teacher"},
    "integrations/sides.py": {"teacher"},
    "report/named_encoders.py": {"name"},
    "search/index_teacher.py": {"before", "name", "said"},
    "teachers/registry.py": {"given", "name"},
    "training/recipes/making.py": {"teacher"},
}
"""Every call of `load_teacher`: each gets a name that the caller has said, or that `teacher_named_in` has checked."""
OPENERS = {
    "ApiAccess": {"search/answers/endpoint.py", "teachers/api/teacher.py"},
    "ApiTeacher": set(),
    "ChatEndpoint": {"cli/ask.py"},
    "from_name": {"teachers/registry.py"},
}
"""Everything that opens a connection of ours, and who calls it."""


def calls_of(function: str) -> dict[str, set[str]]:
    """The first arguments that a function is called with, by module."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or function not in (
                getattr(node.func, "id", None),
                getattr(node.func, "attr", None),
            ):
                continue
            first = [*node.args, *(keyword.value for keyword in node.keywords)][0]
            found.setdefault(path.relative_to(PACKAGE).as_posix(), set()).add(ast.unparse(first))
    return found


def test_nobody_else_loads_a_teacher_by_its_name() -> None:
    """A name out of a file is for `teacher_named_in` and `teacher_of`, and one more call must be thought about here."""
    assert calls_of("load_teacher") == CALLS


@pytest.mark.parametrize("function", OPENERS)
def test_nobody_else_opens_a_connection(function: str) -> None:
    assert set(calls_of(function)) == OPENERS[function]
