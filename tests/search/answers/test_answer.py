"""Answers of a real server that streams, and what happens when it does not."""

from __future__ import annotations

from codequest.search import ChatEndpoint, ask
from codequest.search.answers.context import pack
from tests.search.answers.chat_server import MODEL, ChatServer, answered
from tests.search.answers.conftest import hit

CONTEXT = pack("how?", [hit("src/cache.py", 4, "a\nb", "Cache.load")], budget=1000)


def test_an_answer_arrives_in_pieces_and_its_citations_are_checked(server: ChatServer) -> None:
    server.reply = answered("It caches ", "[src/cache.py:4], ", "nowhere [b.py:1] – ", "日本語 👩‍💻.")
    shown: list[str] = []
    answer = ask(CONTEXT, ChatEndpoint(server.url + "/", model=MODEL), show=shown.append)
    assert shown == ["It caches ", "[src/cache.py:4], ", "nowhere [b.py:1] – ", "日本語 👩‍💻."]
    assert answer.text == "".join(shown)
    assert [str(citation) for citation in answer.cited] == ["src/cache.py:4"]
    assert answer.cited[0].source == CONTEXT.sources[0]
    assert [str(citation) for citation in answer.unfounded] == ["b.py:1"]
    assert (answer.answered, answer.cut) == (True, False)
    assert server.seen == [{"model": MODEL, "messages": CONTEXT.messages, "stream": True}]
    assert server.authorizations == [None]


def test_an_answer_cannot_steer_the_terminal(server: ChatServer) -> None:
    server.reply = answered("a\x1b]52;c;aGk=\x07\x1b[2Jb\u202e\tc\n")
    assert ask(CONTEXT, ChatEndpoint(server.url, model=MODEL)).text == (
        "a<U+001B>]52;c;aGk=<U+0007><U+001B>[2Jb<U+202E>\tc\n"
    )


def test_what_the_code_does_not_answer_and_what_is_cut_is_said(server: ChatServer) -> None:
    endpoint = ChatEndpoint(server.url, model=MODEL)
    server.reply = answered("**The sources do not answer this question.** There is no test.")
    assert ask(CONTEXT, endpoint).answered is False
    server.reply = answered("It caches", finish="length")
    assert ask(CONTEXT, endpoint).cut is True
