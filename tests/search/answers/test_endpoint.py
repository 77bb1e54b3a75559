"""A language model on a real server that streams, and what happens when it does not."""

from __future__ import annotations

import logging
import socket
import traceback

import pytest

from codequest.errors import AnswerError, InvalidInputError
from codequest.search import ChatEndpoint, ask
from codequest.search.answers.context import pack
from tests.search.answers.chat_server import DONE, KEY, MODEL, ChatServer, Reply, answered, event, piece
from tests.search.answers.conftest import hit

CONTEXT = pack("how?", [hit("src/cache.py", 4, "a\nb", "Cache.load")], budget=1000)

HTML = b"<!DOCTYPE html><html><body>Welcome to nginx!</body></html>"


def failure(server: ChatServer, reply: Reply) -> AnswerError:
    server.reply = reply
    shown: list[str] = []
    with pytest.raises(AnswerError) as caught:
        ask(CONTEXT, ChatEndpoint(server.url, model=MODEL), show=shown.append)
    assert caught.value.partial == "".join(shown)
    assert f"{MODEL} at {server.url}/chat/completions failed: " in str(caught.value)
    return caught.value


@pytest.mark.parametrize("lines", [b"\r\n", b"\r", b"\n"])
def test_every_form_of_the_stream_is_read(server: ChatServer, lines: bytes) -> None:
    """Events cut anywhere, comments, other fields, separators inside of strings, and a stream without an end mark."""
    raw = b": keep alive\n\nid: 1\nevent: message\nretry: 5\n" + piece("a\u2028b\x85") + piece("c é", "stop")
    raw = raw.replace(b"\\u2028", "\u2028".encode()).replace(b"\\u0085", "\x85".encode()).replace(b"\n", lines)
    server.reply = Reply([raw[at : at + 1] for at in range(len(raw))])
    assert ask(CONTEXT, ChatEndpoint(server.url, model=MODEL)).text == "a<U+2028>b<U+0085>c é"


def test_what_cannot_be_seen_is_written_out_and_emoji_that_are_cut_are_whole_again(server: ChatServer) -> None:
    server.reply = Reply([piece("a 👩"), piece("\u200d"), piece("💻 \x1b[2J\ud800 👩\u200d", "stop")])
    shown: list[str] = []
    answer = ask(CONTEXT, ChatEndpoint(server.url, model=MODEL), show=shown.append)
    assert answer.text == "".join(shown) == "a 👩\u200d💻 <U+001B>[2J<U+D800> 👩<U+200D>"


def test_the_server_here_speaks_what_the_official_client_understands(server: ChatServer) -> None:
    openai = pytest.importorskip("openai")
    server.key, server.reply = KEY, answered("It caches ", "files.")
    client = openai.OpenAI(base_url=server.url, api_key=KEY, max_retries=0)
    stream = client.chat.completions.create(model=MODEL, messages=CONTEXT.messages, stream=True)
    deltas = [event.choices[0].delta.content for event in stream if event.choices]
    assert "".join(text or "" for text in deltas) == "It caches files."
    assert server.seen == [{"model": MODEL, "messages": CONTEXT.messages, "stream": True}]


@pytest.mark.parametrize(
    ("reply", "message", "partial"),
    [
        (Reply([HTML], kind="text/html"), r"answered with text/html instead of text/event-stream: <!DOCTYPE", ""),
        (Reply([b'{"choices": []}'], kind="application/json"), "answered with application/json instead", ""),
        (Reply([HTML]), "ended in the middle", ""),
        (Reply([piece("a "), event(HTML)]), "streams something other than a piece of an answer: <!DOCTYPE html>", "a "),
        (
            Reply([piece("a "), event(b'{"choices": [{"del')]),
            r'something other than a piece of an answer: \{"choices": \[\{"del\.',
            "a ",
        ),
        (Reply([piece("a "), event(["list"])]), r'something other than a piece of an answer: \["list"\]', "a "),
        (Reply([event({"choices": [{"delta": {"content": 7}}]})]), "something other than a piece of an answer", ""),
        (Reply([event({"choices": ["x"]})]), "something other than a piece of an answer", ""),
        (Reply([event(7)]), "something other than a piece of an answer: 7", ""),
        (Reply([piece("a "), event({"error": {"message": "out of memory"}})]), "it reports .*out of memory", "a "),
        (Reply([piece("a "), piece("b")], broken=True), r"the connection broke .*Run it again", "a b"),
        (Reply([piece("a "), b"data: {"], broken=True), "the connection broke", "a "),
        (Reply([piece("a ")]), "the stream ended in the middle of the answer. Run it again", "a "),
        (Reply([]), "the stream ended in the middle", ""),
        (Reply([piece(None, "length"), DONE]), r"it answered nothing \(finish_reason 'length'\)", ""),
        (Reply([b"slow down"], 429), r"HTTP 429: slow down\. Run it again later", ""),
        (Reply([b"oops"], 500), "HTTP 500: oops", ""),
        (Reply([b'{"error": "context length exceeded"}'], 400), "HTTP 400: .*too long for it, ask with a smaller", ""),
        (Reply([b""], 302, headers={"Location": "http://127.0.0.1:9/"}), r"HTTP 302: \(nothing\)", ""),
        (Reply([b"\x1b[2Jevil"], 500), r"HTTP 500: <U\+001B>\[2Jevil", ""),
        (Reply([b"data: " + b"x" * 3_000_000]), "the connection broke .*exceeded the .* byte limit", ""),
    ],
)
def test_what_is_no_answer_is_an_error_with_what_came_before(
    server: ChatServer, reply: Reply, message: str, partial: str
) -> None:
    error = failure(server, reply)
    assert error.partial == partial
    with pytest.raises(AnswerError, match=message):
        raise error


def test_a_model_that_does_not_exist(server: ChatServer) -> None:
    with pytest.raises(AnswerError, match=r"HTTP 404.*`none` does not exist.*Check the name of the model"):
        ask(CONTEXT, ChatEndpoint(server.url, model="none"))
    with pytest.raises(AnswerError, match=r"HTTP 404.*usually ends in /v1"):
        ask(CONTEXT, ChatEndpoint(server.url.removesuffix("/v1"), model=MODEL))


def test_nothing_at_the_address(server: ChatServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        with pytest.raises(AnswerError, match=r"ConnectError.*Is the server running\? Check the address"):
            ask(CONTEXT, ChatEndpoint(url, model=MODEL))


def everything_of(thing: object) -> object:
    """What an object of codequest holds, and what the objects in it hold."""
    ours = type(thing).__module__.startswith("codequest.")
    return {name: everything_of(value) for name, value in vars(thing).items()} if ours else thing


def test_the_key_goes_into_its_header_and_nowhere_else(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.key = KEY
    with pytest.raises(AnswerError, match=r"HTTP 401.*No key was sent: set the environment variable OPENAI_API_KEY"):
        ask(CONTEXT, ChatEndpoint(server.url, model=MODEL))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-one")
    with pytest.raises(AnswerError, match=r"Bearer \*\*\*.*Expected a valid key .* in OPENAI_API_KEY") as wrong:
        ask(CONTEXT, ChatEndpoint(server.url, model=MODEL))
    assert "sk-wrong-one" not in "".join(traceback.format_exception(wrong.value))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    endpoint = ChatEndpoint(server.url, model=MODEL)
    assert ask(CONTEXT, endpoint).text == "Nothing."
    assert server.authorizations[-1] == f"Bearer {KEY}"
    for reply in (Reply([event({"error": KEY})]), Reply([event(KEY.encode())]), Reply([KEY.encode()], 500)):
        assert KEY not in "".join(traceback.format_exception(failure(server, reply)))
    server.reply = answered(f"Your key is {KEY}.")
    assert ask(CONTEXT, endpoint).text == "Your key is ***."
    assert KEY not in caplog.text + repr(everything_of(endpoint))


def test_bad_endpoints_are_refused_without_showing_what_may_be_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("localhost:8000/v1", f"https://user:{KEY}@host/v1", f"https://host/v1?key={KEY}", "ftp://host", "x"):
        with pytest.raises(InvalidInputError, match="The endpoint must look like https://host/v1") as caught:
            ChatEndpoint(url, model=MODEL)
        assert KEY not in str(caught.value)
    with pytest.raises(InvalidInputError, match="A model has no empty name"):
        ChatEndpoint("http://host/v1", model=" ")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-line\nbreak")
    with pytest.raises(AnswerError, match="OPENAI_API_KEY holds what can be no key"):
        ChatEndpoint("http://host/v1", model=MODEL)
