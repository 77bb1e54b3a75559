"""Answer: what a language model says of some code, with its citations checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from codequest.search.answers.citations import Citation, find_citations
from codequest.search.answers.context import PackedContext
from codequest.search.answers.endpoint import ChatEndpoint
from codequest.search.answers.prompt import NOT_ANSWERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer.

    Attributes:
        text: Answer of the model; invisible characters are written out.
        cited: The places that it cites and was given, each once, in their order.
        unfounded: The places that it cites and was not given.
        answered: Whether it says that the code answers the question.
        cut: Whether the model had more to say: it reached its limit of tokens.
    """

    text: str
    cited: tuple[Citation, ...]
    unfounded: tuple[Citation, ...]
    answered: bool
    cut: bool


def _silent(piece: str) -> None:
    """Shows nothing."""


def ask(context: PackedContext, endpoint: ChatEndpoint, *, show: Callable[[str], None] = _silent) -> Answer:
    """Answer of a language model from packed code.

    That a citation points to a place which the model was given does not mean that the place says what is claimed.

    Args:
        context: From `CodeIndex.pack`.
        endpoint: The model. It gets the question and the packed code.
        show: Called with every piece of the answer as it arrives.

    Raises:
        AnswerError: The endpoint cannot be reached, refuses, or does not stream a whole answer; `partial` of the error
            has what came until then.
    """
    completion = endpoint.complete(context.messages, show=show)
    citations = find_citations(completion.text, context.sources)
    return Answer(
        text=completion.text,
        cited=tuple(citation for citation in citations if citation.source is not None),
        unfounded=tuple(citation for citation in citations if citation.source is None),
        answered=NOT_ANSWERED.lower() not in completion.text.lower()[: 2 * len(NOT_ANSWERED)],
        cut=completion.cut,
    )
