"""The key goes into one header and nowhere else."""

from __future__ import annotations

import json
import logging
import traceback
from pathlib import Path

import pytest

from codequest import ProjectionQueryEncoder
from codequest.errors import CodequestError, InvalidInputError, TeacherError
from codequest.teachers import ApiTeacher, CachedTeacher, load_teacher
from tests.teachers.api.made import make
from tests.teachers.api_server import DIM, DROP, KEY, ApiServer, Fault


def shown(thing: object, depth: int = 5) -> str:
    """Everything that an object holds, as text."""
    inside = {**getattr(thing, "__dict__", {}), **(thing if isinstance(thing, dict) else {})}
    deeper = "".join(f"{name!r}{shown(value, depth - 1)}" for name, value in inside.items()) if depth else ""
    return repr(thing) + deeper


def test_the_key_is_in_no_object_log_cache_or_adapter(
    server: ApiServer, tmp_path: Path, tiny_base: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults += [DROP, Fault(200, "no json")]
    teacher = make(server)
    CachedTeacher(teacher, tmp_path / "cache.sqlite").encode_queries(["a", "b"])
    encoder = ProjectionQueryEncoder.create(str(tiny_base), space=teacher.space)
    encoder.save_pretrained(tmp_path / "adapter")
    assert server.seen[-1].authorization == f"Bearer {KEY}"
    assert "127.0.0.1" in caplog.text  # the client does log
    assert KEY not in caplog.text
    assert KEY not in shown(teacher) + json.dumps(teacher.space.to_dict()) + str(teacher.estimate(["a"]))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(400, f"bad request with Bearer {KEY}"),
        Fault(400, "x" * 295 + KEY),  # cut in the middle of the key
        Fault(200, json.dumps({KEY: 1})),
        Fault(400, "in a header", {"X-Echo": KEY}),
    ],
)
def test_a_server_that_echoes_the_key_does_not_get_it_into_an_error(server: ApiServer, fault: Fault) -> None:
    server.faults.append(fault)
    with pytest.raises(TeacherError) as caught:
        make(server).encode_queries(["a"])
    assert KEY[:8] not in "".join(traceback.format_exception(caught.value))


def test_a_wrong_key_is_not_shown(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_API_KEY", "sk-wrong-one")
    with pytest.raises(
        TeacherError, match=r"HTTP 401.*Incorrect API key: Bearer \*\*\*.*valid key .*TEST_API_KEY"
    ) as e:
        make(server).encode_queries(["a"])
    assert "sk-wrong-one" not in "".join(traceback.format_exception(e.value))
    assert len(server.seen) == 1


@pytest.mark.parametrize("key", ["sk-line\nbreak", "sk-schlüssel", "sk-a\rb"])
def test_what_can_be_no_key_is_refused_without_showing_it(
    server: ApiServer, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("TEST_API_KEY", key)
    with pytest.raises(TeacherError, match="environment variable TEST_API_KEY holds what can be no key") as caught:
        make(server)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("openai:text-embedding-3-small", "OPENAI_API_KEY"),
        ("voyage:voyage-code-3", "VOYAGE_API_KEY"),
        ("cohere:embed-v4.0", "CO_API_KEY"),
        ("jina:jina-embeddings-v3", "JINA_API_KEY"),
        ("openai:m?base_url=http://127.0.0.1:9/v1&key_variable=MY_KEY", "MY_KEY"),
    ],
)
def test_a_missing_key_says_which_variable(monkeypatch: pytest.MonkeyPatch, name: str, variable: str) -> None:
    monkeypatch.delenv(variable, raising=False)
    with pytest.raises(TeacherError, match=f"needs a key, and the environment variable {variable} is not set. Set it"):
        load_teacher(name)


def test_the_key_of_the_provider_is_not_sent_to_another_address(
    server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    teacher = ApiTeacher("openai", "m", base_url=server.url("openai"), dimensions=DIM)
    with pytest.raises(TeacherError, match=r"HTTP 401.*No key was sent: .* with key_variable"):
        teacher.encode_queries(["a"])
    assert server.seen[0].authorization is None
    server.key = None
    assert teacher.encode_queries(["a"]).shape == (1, DIM)


def test_a_key_is_not_carried_to_where_a_redirection_points(server: ApiServer) -> None:
    with ApiServer().running() as other:
        server.faults.append(Fault(307, "moved", {"Location": other.url("openai") + "/embeddings"}))
        with pytest.raises(TeacherError, match="HTTP 307"):
            make(server).encode_queries(["a"])
        assert other.seen == []


@pytest.mark.parametrize(
    "address", [f"https://user:{KEY}@host/v1", f"https://host/v1?key={KEY}", f"https://host/v1#{KEY}", f"u:{KEY}@host"]
)
def test_a_key_in_the_address_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(InvalidInputError, match="base_url must look like https://host/v1, without user") as caught:
        ApiTeacher("openai", "m", base_url=address)
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_key_given_as_an_option_is_not_taken() -> None:
    with pytest.raises(CodequestError, match="has no option api_key"):
        load_teacher("openai:m?api_key=sk-x")
