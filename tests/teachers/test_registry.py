import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import InvalidInputError, TeacherError, WeightsNotFoundError
from codequest.teachers import (
    LocalTeacher,
    Teacher,
    load_teacher,
    register_teacher,
    registry,
    teacher_named_in,
    teacher_schemes,
)
from codequest.teachers.registry import needs_torch
from tests.teachers.counting import CountingTeacher


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FACTORIES", dict(registry.FACTORIES))


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that offers the schemes ``plugged`` and, by mistake, ``broken``."""
    (tmp_path / "teacher_plugin.py").write_text(
        "from tests.teachers.counting import CountingTeacher\n"
        "def factory(name):\n"
        "    return CountingTeacher(teacher=f'plugged/{name}')\n",
        encoding="utf-8",
    )
    info = tmp_path / "teacher_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: teacher-plugin\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[codequest.teachers]\nplugged = teacher_plugin:factory\nbroken = teacher_plugin:missing\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "teacher_plugin", raising=False)
    return tmp_path


def test_a_registered_scheme_gets_what_follows_the_colon() -> None:
    register_teacher("my-scheme", lambda name: CountingTeacher(teacher=name))
    assert load_teacher("my-scheme:a:b").space.teacher == "a:b"
    assert teacher_schemes() == ["auto", "cohere", "jina", "local", "my-scheme", "onnx", "openai", "vectors", "voyage"]


def test_a_taken_scheme_is_refused_unless_it_is_the_same_factory() -> None:
    local = registry.FACTORIES["local"]
    register_teacher("local", local)
    with pytest.raises(
        InvalidInputError,
        match=r"scheme 'local' is taken. Taken: auto, cohere, jina, local, onnx, openai, vectors, voyage",
    ):
        register_teacher("local", CountingTeacher)
    assert registry.FACTORIES["local"] is local


@pytest.mark.parametrize("scheme", ["", "a b", "9lives", "a:b", "c"])
def test_a_scheme_that_cannot_be_one_is_refused(scheme: str) -> None:
    with pytest.raises(InvalidInputError, match="A teacher scheme is letters, digits and hyphens"):
        register_teacher(scheme, CountingTeacher)


def test_an_unknown_scheme_lists_the_known_ones() -> None:
    with pytest.raises(
        InvalidInputError, match=r"Unknown teacher scheme 'opena'.*auto, cohere, .*, voyage. Add one with"
    ):
        load_teacher("opena:text-embedding-3-small")


def test_a_factory_must_return_a_teacher() -> None:
    register_teacher("nothing", lambda name: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(TeacherError, match="factory of 'nothing' returned NoneType, expected a Teacher"):
        load_teacher("nothing:x")


def test_a_factory_that_fails_is_a_teacher_error() -> None:
    def factory(name: str) -> Teacher:
        raise ConnectionRefusedError("no server")

    register_teacher("failing", factory)
    with pytest.raises(TeacherError, match=r"factory of 'failing' failed \(ConnectionRefusedError: no server\)"):
        load_teacher("failing:x")


def test_an_installed_entry_point_is_a_scheme(plugin: Path) -> None:
    assert {"plugged", "broken"} <= set(teacher_schemes())
    assert load_teacher("plugged:x").space.teacher == "plugged/x"


def test_an_entry_point_that_cannot_be_imported_is_named(plugin: Path) -> None:
    with pytest.raises(TeacherError, match="'broken' is installed as teacher_plugin:missing, which cannot be imported"):
        load_teacher("broken:x")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "openai:x",
            "sends texts to 'https://api.openai.com/v1/embeddings' with the key in .* 'OPENAI_API_KEY'",
        ),
        ("jina:x?key_variable=HOME", "sends texts to 'https://api.jina.ai/v1/embeddings' with the key in .* 'HOME'"),
        ("openai:x?base_url=http://a/&base_url=http://b/", "sends texts to 'http://b/embeddings' without a key"),
        ("cohere:x?no_such=option", "sends texts to 'https://api.cohere.com/v2/embed' with"),
        ("plugged:x", "is loaded by the scheme 'plugged'"),
        ("nobody:x", "is loaded by the scheme 'nobody'"),
        ("nobody:$(touch x)'`touch x`\"", "is loaded by the scheme 'nobody'"),
        ("https://host/model", "is loaded by the scheme 'https'"),
        ("//host/share/model", "lies on another machine"),
        (r"auto:\\host\share", "lies on another machine"),
    ],
)
def test_a_file_names_only_what_is_on_this_machine(plugin: Path, name: str, says: str) -> None:
    with pytest.raises(TeacherError, match="(?s)a.json names the teacher .*, which " + says) as caught:
        teacher_named_in("a.json", name)
    said = str(caught.value).partition("If you want it, say it yourself: ")[2]
    command, code = said.split(", or load_teacher(")
    assert shlex.split(command) == ["--teacher", name]
    assert code == f"{name!r}) in your own code."
    assert "teacher_plugin" not in sys.modules


@pytest.mark.parametrize("scheme", ["", "local:", "auto:"])
def test_a_file_may_name_a_model_of_this_machine(tiny_teacher: Path, scheme: str) -> None:
    assert teacher_named_in("a.json", f"{scheme}{tiny_teacher}").space.dim == 48


@pytest.mark.parametrize("name", ["C:/models/tiny", "./with:colon", "/models/a:b", "user/model:v2"])
def test_what_cannot_be_a_scheme_is_a_model(name: str) -> None:
    with pytest.raises(WeightsNotFoundError, match="No weights for"):
        load_teacher(name)


def test_without_a_scheme_it_is_a_local_model_in_fp32(tiny_teacher: Path) -> None:
    import torch

    teacher = load_teacher(str(tiny_teacher))
    assert isinstance(teacher, LocalTeacher)
    assert teacher.space.dim == 48
    assert next(teacher.backbone.parameters()).dtype == torch.float32
    assert load_teacher(f"auto:{tiny_teacher}").space == teacher.space


@pytest.mark.parametrize(
    ("name", "precision"), [("user/model", "fp32"), ("local:user/model", "fp32"), ("auto:user/model", "auto")]
)
def test_a_revision_is_that_of_the_model(monkeypatch: pytest.MonkeyPatch, name: str, precision: str) -> None:
    made: list[Any] = []

    def make(model: str, *, precision: str = "fp32", **given: Any) -> Teacher:
        made.append((model, precision, given))
        return CountingTeacher()

    monkeypatch.setattr("codequest.teachers.local.LocalTeacher", make)
    load_teacher(name, revision="v2", dim=64)
    assert made == [("user/model", precision, {"revision": "v2", "dim": 64})]


@pytest.mark.parametrize("name", ["vectors:folder", "mine:x", "unknown:x"])
def test_only_models_have_revisions_and_dims(name: str) -> None:
    register_teacher("mine", CountingTeacher)
    with pytest.raises(InvalidInputError, match=f"'{name}' has no revision: only models do"):
        load_teacher(name, revision="v2")
    with pytest.raises(InvalidInputError, match=f"'{name}' has no dim: only models do"):
        load_teacher(name, dim=2)


def test_a_model_that_is_nowhere_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(WeightsNotFoundError, match=r"No weights for 'nobody/nothing'.*hf download nobody/nothing"):
        load_teacher("nobody/nothing")


def test_only_models_run_in_torch() -> None:
    names = ("sentence-transformers/all-mpnet-base-v2", "./model", "auto:some/model", "local:some/model")
    assert all(map(needs_torch, names))
    assert not any(map(needs_torch, ("onnx:folder", "vectors:folder", "openai:text-embedding-3-small")))
