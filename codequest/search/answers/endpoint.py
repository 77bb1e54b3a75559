"""ChatEndpoint: a language model that speaks OpenAI's chat completions protocol, streamed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codequest.errors import AnswerError, InvalidInputError
from codequest.teachers.api.access import ApiAccess
from codequest.texts import visible, visible_pieces

if TYPE_CHECKING:
    from httpx2 import Response

KEY_VARIABLE = "OPENAI_API_KEY"
"""Environment variable that holds the key; none is sent where it is not set."""

_PATH = "/chat/completions"
_SILENCE_SECONDS = 600.0  # a model on a CPU reads a long prompt for minutes before its first word
_BEGINNING = 4000  # bytes of a response that is not an answer
_STREAM = "text/event-stream"
_DONE = "[DONE]"


@dataclass(frozen=True, slots=True)
class Completion:
    """Words of a model.

    Attributes:
        text: All of the answer; invisible characters are written out.
        cut: Whether it had more to say: it reached its limit of tokens.
    """

    text: str
    cut: bool


class ChatEndpoint:
    """A model on any server that speaks OpenAI's protocol: OpenAI, vLLM, llama.cpp, Ollama, LM Studio, ….

    The key is read from the environment variable ``OPENAI_API_KEY`` when a request is made, and kept nowhere.

    Args:
        url: The base of the API, such as ``http://localhost:11434/v1``.
        model: As the server calls it.

    Raises:
        InvalidInputError: The address cannot be one, or the model has no name.
        AnswerError: The value of the variable cannot be a key.
        MissingDependencyError: The extra ``api`` is not installed.
    """

    def __init__(self, url: str, *, model: str) -> None:
        if not model.strip():
            raise InvalidInputError("A model has no empty name. Say which one the endpoint should run.")
        self.model = model
        key_variable = KEY_VARIABLE if os.environ.get(KEY_VARIABLE, "").strip() else None
        base = url.strip().rstrip("/").removesuffix(_PATH)
        self._access = ApiAccess(
            base + _PATH, name=model, key_variable=key_variable, given_as="The endpoint", error=AnswerError
        )

    @property
    def url(self) -> str:
        """Address that requests go to."""
        return self._access.url

    def complete(self, messages: Sequence[Mapping[str, str]], *, show: Callable[[str], None]) -> Completion:
        """Answer of the model to some messages.

        Args:
            messages: Roles and contents.
            show: Called with every piece of the answer as it arrives.

        Raises:
            AnswerError: The endpoint cannot be reached, refuses, or streams anything but an answer, or only a part of
                one; the error has what came until then.
        """
        pieces: list[str] = []
        reasons = [""]

        def texts() -> Iterator[str]:
            for text, ended in self._streamed({"model": self.model, "messages": list(messages), "stream": True}):
                reasons.extend([ended] if ended else [])
                yield text

        try:
            for piece in visible_pieces(texts()):
                pieces.append(piece)
                show(piece)
            if not pieces:
                raise self._failed(
                    f"it answered nothing (finish_reason {reasons[-1]!r})", "Run again, or ask another model."
                )
        except AnswerError as error:
            error.partial = "".join(pieces)
            raise
        return Completion("".join(pieces), cut=reasons[-1] == "length")

    def _streamed(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Pieces of the answer with the reason why it ends, empty until then."""
        access, ended = self._access, False
        try:
            with (
                access.client(answer_seconds=_SILENCE_SECONDS) as http,
                http.sse(self.url, method="POST", json=body) as events,
            ):
                self._check(events.response)
                for event in events:
                    data = access.redacted(event.data).strip()
                    if data == _DONE:
                        return
                    text, reason = self._piece(data)
                    ended = ended or bool(reason)
                    yield text, reason
        except access.unreachable as error:
            problem = access.redacted(f"{type(error).__name__}: {error}")
            raise self._failed(problem, "Is the server running? Check the address of the endpoint.") from None
        except access.errors as error:
            problem = access.redacted(f"{type(error).__name__}: {error}")
            raise self._failed(f"the connection broke ({problem})", "Run it again.") from None
        if not ended:
            raise self._failed("the stream ended in the middle of the answer", "Run it again.")

    def _check(self, response: Response) -> None:
        status = response.status_code
        if not response.is_success:
            raise self._failed(f"HTTP {status}: {self._beginning(response)}", self._remedy(status))
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _STREAM:
            raise self._failed(
                f"it answered with {kind or 'no content type'} instead of {_STREAM}: {self._beginning(response)}",
                "The endpoint must stream OpenAI's chat completions; its address usually ends in /v1.",
            )

    def _piece(self, data: str) -> tuple[str, str]:
        """The text of one event, and the reason of the end, if it is the last one."""
        remedy = "Check that the endpoint speaks OpenAI's chat completions protocol, or run it again."
        try:
            event = json.loads(data)
            if event.get("error"):
                raise self._failed(f"it reports {self._access.excerpt(json.dumps(event['error']))}", "Run it again.")
            if not event["choices"]:  # what was used, or what a filter says of the question
                return "", ""
            choice = event["choices"][0]
            content = (choice.get("delta") or {}).get("content") or ""
            if isinstance(content, str):
                return content, str(choice.get("finish_reason") or "")
        except (ValueError, KeyError, TypeError, AttributeError):
            pass
        raise self._failed(
            f"it streams something other than a piece of an answer: {self._access.excerpt(data)}", remedy
        )

    def _beginning(self, response: Response) -> str:
        data = b""
        for chunk in response.iter_bytes():
            data += chunk
            if len(data) > _BEGINNING:
                break
        return self._access.excerpt(data.decode(errors="replace"))

    def _failed(self, problem: str, remedy: str) -> AnswerError:
        return AnswerError(f"{self.model} at {self.url} failed: {visible(problem)}. {remedy}")

    def _remedy(self, status: int) -> str:
        if status in {401, 403}:
            if self._access.key_variable is None:
                return f"No key was sent: set the environment variable {KEY_VARIABLE}."
            return f"Expected a valid key with access to this model in {KEY_VARIABLE}."
        if status == 404:
            return "Check the name of the model and the address of the endpoint, which usually ends in /v1."
        if status in {400, 413, 422}:
            return "Check the name of the model; if the prompt is too long for it, ask with a smaller budget."
        return "Run it again later; the index and what was found are not touched."
