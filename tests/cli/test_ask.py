"""`codequest ask` with a real index and a real server that streams."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from codequest.cli.app import build_app
from codequest.errors import AnswerError, IndexNotFoundError, InvalidInputError
from tests.cli.commands import run
from tests.search.answers.chat_server import KEY, MODEL, ChatServer, Reply, answered, piece
from tests.search.conftest import FILES, write

QUESTION = "how is an entry of the cache loaded?"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer().running() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An indexed project, and no endpoint in the environment."""
    for name in ("OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    root = write(tmp_path / "project", FILES)
    run("index", root, "--teacher", tiny_teacher)
    return root


def ask(project: Path, *options: object) -> tuple[str, str]:
    """What goes to standard output and to standard error."""
    command = ["ask", QUESTION, "--path", project, "--encoder", "teacher", *options]
    result = CliRunner().invoke(build_app(), [str(part) for part in command])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        result.exception.args += (result.stdout,)
        raise result.exception
    return result.stdout, result.stderr


def test_without_an_endpoint_the_prompt_is_printed(project: Path) -> None:
    prompt, said = ask(project, "--budget", 3000)
    assert QUESTION in prompt
    assert 'path="src/cache.py" lines="1-6"' in prompt
    assert "\n4|     def load_entry(self, key):\n" in prompt
    assert "No endpoint is given: paste this into a model" in said
    assert "of 3,000 tokens" in said


def test_no_file_of_a_repository_sets_the_endpoint_or_the_key(project: Path, server: ChatServer) -> None:
    """In a process of its own, in the folder: libraries may look for such files when they are imported."""
    settings = {"OPENAI_BASE_URL": server.url, "OPENAI_MODEL": MODEL, "OPENAI_API_KEY": KEY, "CODEQUEST_API_KEY": KEY}
    lines = "".join(f"{name}={value}\n" for name, value in settings.items())
    tables = "".join(f'{name} = "{value}"\n' for name, value in settings.items())
    host = server.url.split("/")[2].split(":")[0]
    write(project, {".env": lines, ".envrc": lines, ".netrc": f"machine {host} password {KEY}\n"})
    write(
        project,
        {"codequest.toml": tables, "pyproject.toml": f"[tool.codequest]\n{tables}", "setup.cfg": f"[x]\n{lines}"},
    )
    command = [sys.executable, "-c", "from codequest.cli import main; main()", "ask", QUESTION, "--mode", "lexical"]
    done = subprocess.run(command, cwd=project, env=dict(os.environ), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "No endpoint is given: paste this into a model" in done.stderr
    assert server.seen == []
    endpoint = ["--endpoint", server.url, "--model", MODEL]
    subprocess.run([*command, *endpoint], cwd=project, env=dict(os.environ), capture_output=True, timeout=120)
    assert server.authorizations == [None]


def test_the_answer_is_streamed_with_its_sources_below(project: Path, server: ChatServer) -> None:
    server.reply = answered("It opens", " the file [src/cache.py:4", "-6], and sorts [src/sort.js:2].")
    printed, said = ask(project, "--endpoint", server.url, "--model", MODEL)
    assert printed.splitlines() == [
        "It opens the file [src/cache.py:4-6], and sorts [src/sort.js:2].",
        "",
        "Sources cited:",
        "  src/cache.py:4-6  Cache.load_entry",
        "  src/sort.js:2  sortByValue",
    ]
    assert f" to {MODEL} at {server.url}/chat/completions" in said
    assert "Warning" not in said
    assert QUESTION in server.seen[0]["messages"][1]["content"]


def test_what_cannot_be_relied_on_is_said(project: Path, server: ChatServer) -> None:
    options = ("--endpoint", server.url, "--model", MODEL)
    server.reply = answered("See [src/cache.py:99] and [src/other.py:3].", finish="length")
    printed, said = ask(project, *options)
    assert "Sources cited" not in printed
    for place in ("src/cache.py:99", "src/other.py:3"):
        assert f"Warning: the answer cites {place}, which the model was not shown" in said
    assert "the answer cites none of the sources" in said
    assert "the answer is cut" in said
    server.reply = answered("The sources do not answer this question. Where it is configured is missing.")
    assert "The code that was found does not answer this" in ask(project, *options)[1]


def test_endpoint_model_and_key_come_from_the_environment(
    project: Path, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = KEY
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_MODEL", MODEL)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert ask(project)[0] == "Nothing.\n"
    assert server.authorizations == [f"Bearer {KEY}"]


def test_what_was_streamed_before_a_failure_stays_printed(project: Path, server: ChatServer) -> None:
    server.reply = Reply([piece("It opens "), piece("the file")], broken=True)
    with pytest.raises(AnswerError, match="the connection broke") as caught:
        ask(project, "--endpoint", server.url, "--model", MODEL)
    assert caught.value.args[-1] == "It opens the file\n"
    assert caught.value.partial == "It opens the file"


def test_bad_input_is_refused(
    project: Path, server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInputError, match=r"Which model should answer\? Give --model, or set OPENAI_MODEL"):
        ask(project, "--endpoint", server.url)
    with pytest.raises(InvalidInputError, match="budget of 10 tokens is too small for a single source: the best, "):
        ask(project, "--budget", 10)
    with pytest.raises(InvalidInputError, match="The endpoint must look like https://host/v1"):
        ask(project, "--endpoint", "localhost:8000", "--model", MODEL)
    with pytest.raises(InvalidInputError, match="empty or only whitespace"):
        run("ask", "  ", "--path", project, "--encoder", "teacher")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(IndexNotFoundError, match=r"home folder.* codequest index"):
        run("ask", QUESTION, "--path", tmp_path)
    assert server.seen == []


def test_an_endpoint_that_is_down_is_one_line_and_exit_code_2_without_torch(project: Path) -> None:
    program = (
        "import sys\nfrom codequest.cli import main\n"
        "try:\n    main()\nfinally:\n    sys.stdout.write(str('torch' in sys.modules))"
    )
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        command = [sys.executable, "-c", program, "ask", QUESTION, "--path", str(project), "--mode", "lexical"]
        environment = {**os.environ, "OPENAI_API_KEY": KEY}
        result = subprocess.run(
            [*command, "--endpoint", url, "--model", "m"], capture_output=True, text=True, env=environment
        )
    assert result.returncode == 2
    assert result.stdout == "False"
    *_, error = result.stderr.splitlines()
    assert error.startswith(f"Error: m at {url}/chat/completions failed: ConnectError")
    assert error.endswith("Is the server running? Check the address of the endpoint.")
    assert KEY not in result.stderr
