"""An embedding API as a teacher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

import numpy.typing as npt

from codequest.arguments import whole_number
from codequest.errors import InvalidInputError, TeacherError
from codequest.progress import Progress, silent
from codequest.space import EmbeddingSpace, Side
from codequest.teachers.api.access import ApiAccess
from codequest.teachers.api.budget import ApiEstimate, TokenBudget
from codequest.teachers.api.client import ApiClient
from codequest.teachers.api.protocol import billed_tokens, request_body, response_vectors
from codequest.teachers.api.providers import PROVIDERS, Model, Provider
from codequest.teachers.base import Teacher
from codequest.texts import batches_by_size, beginning, checked_texts, estimated_tokens

NUMBER_OPTIONS = ("dimensions", "max_tokens_total", "concurrency", "max_texts")
WORD_OPTIONS = ("base_url", "key_variable", "task", "sides", "side_field", "query_prompt", "document_prompt")
_OWN_SERVER_TEXTS = 32  # the default limit of text-embeddings-inference


class ApiTeacher(Teacher):
    """A model that is reached over an HTTP API: OpenAI and servers with its protocol, Voyage, Cohere, Jina.

    The key is read from the environment and kept nowhere. The space is named by provider, model and task, whatever the
    address. Nothing is requested before vectors are; only the dim of a model that no table lists costs one small call.

    Args:
        provider: ``"openai"``, ``"voyage"``, ``"cohere"`` or ``"jina"``.
        model: Name of the model at the provider.
        base_url: Another address that speaks the provider's protocol, such as ``http://localhost:8000/v1``. The
            provider's key is not sent there.
        key_variable: The environment variable that holds the key; by default the provider's at its own address, and
            none at another.
        dimensions: Ask for vectors this short, where the model can.
        task: Jina's task, without its ``.query`` or ``.passage``.
        sides: What a server with OpenAI's protocol is to be told of a query and of a document, such as
            ``"query,passage"``; part of the name of the space.
        side_field: Field of the request in which it is told.
        query_prompt: Text before every query; for servers that do not distinguish queries from documents.
        document_prompt: Text before every document, likewise.
        max_tokens_total: Make no request that may exceed this many tokens in the life of this teacher.
        max_texts: Most texts in a request; by default the provider's, and 32 at another address.
        concurrency: Requests under way at once.

    Raises:
        InvalidInputError: An unknown provider, or an option that cannot be used.
        TeacherError: The key is missing.
        MissingDependencyError: httpx2 is not installed.
    """

    def __init__(
        self,
        provider: str,
        model: str,
        *,
        base_url: str | None = None,
        key_variable: str | None = None,
        dimensions: int | None = None,
        task: str | None = None,
        sides: str | None = None,
        side_field: str = "input_type",
        query_prompt: str = "",
        document_prompt: str = "",
        max_tokens_total: int | None = None,
        max_texts: int | None = None,
        concurrency: int = 4,
    ) -> None:
        if provider not in PROVIDERS or not model:
            raise InvalidInputError(
                f"An API teacher needs a provider ({', '.join(PROVIDERS)}) and a model, got {provider!r} and {model!r}."
            )
        _check_counts(
            dimensions=dimensions, max_tokens_total=max_tokens_total, max_texts=max_texts, concurrency=concurrency
        )
        self._provider = PROVIDERS[provider] if sides is None else _with_sides(PROVIDERS[provider], sides, side_field)
        self._model = model
        self._known: Model | None = self._provider.models.get(model)
        self._dimensions = dimensions
        self._task, self._name = self._choose_task(task), f"{provider}:{model}"
        if self._task != self._choose_task(None):
            self._name += f"?task={self._task}"
        if sides is not None:
            self._name += f"?sides={sides}"
        self._prompts: dict[Side, str] = {"query": query_prompt, "document": document_prompt}
        if any(self._prompts.values()) and PROVIDERS[provider].side_field:
            raise InvalidInputError(f"{self._name} takes no prompts: {self._provider.title} puts its own before texts.")
        self._space: EmbeddingSpace | None = None
        self._probing = Lock()
        self._budget = TokenBudget(max_tokens_total)
        address, variable = _destination(self._provider, base_url, key_variable)
        access = ApiAccess(address, name=self._name, key_variable=variable)
        self._client = ApiClient(access, budget=self._budget, billed=partial(billed_tokens, self._provider))
        self.max_texts = max_texts or (_OWN_SERVER_TEXTS if base_url else self._provider.max_texts)
        self.batch_tokens = self._provider.batch_tokens
        self.concurrency = concurrency

    @classmethod
    def from_name(cls, provider: str, name: str) -> ApiTeacher:
        """A teacher by a name such as ``"text-embedding-3-small?dimensions=512&max_tokens_total=5000000"``.

        Raises:
            InvalidInputError: An option is unknown or no number; otherwise as the class.
        """
        model, options = _parts(name)
        words: dict[str, str] = {}
        numbers: dict[str, int] = {}
        for option, value in options:
            if option in WORD_OPTIONS:
                words[option] = value
            elif option in NUMBER_OPTIONS and value.isdecimal():
                numbers[option] = int(value)
            else:
                raise InvalidInputError(
                    f"{provider}:{model} has no option {option}={value!r}. Options: {', '.join(WORD_OPTIONS)}, and "
                    f"with a number {', '.join(NUMBER_OPTIONS)}."
                )
        return cls(provider, model, **words, **numbers)  # type: ignore[arg-type]

    @property
    def space(self) -> EmbeddingSpace:
        with self._probing:
            if self._space is None:
                known = self._known
                self._space = EmbeddingSpace(
                    teacher=self._name,
                    dim=self._dimensions or (known.dim if known else self._probed_dim()),
                    query_prompt=self._prompts["query"],
                    document_prompt=self._prompts["document"],
                    max_tokens=known.max_tokens if known else None,
                )
            return self._space

    @property
    def tokens_spent(self) -> int:
        """Number of tokens used so far, as the API reported them; estimated where it did not."""
        return self._budget.spent

    def estimate(self, texts: Sequence[str], side: Side = "document") -> ApiEstimate:
        """Cost of embedding these texts; makes no request."""
        counts = self.token_counts(checked_texts(texts, name="texts", allow_empty=True), side)
        batches = batches_by_size(counts, max_texts=self.max_texts, max_size=self.batch_tokens)
        price = self._known.price if self._known else None
        return ApiEstimate(
            texts=len(counts),
            tokens=sum(counts),
            requests=sum(1 for _ in batches),
            dollars=None if price is None else sum(counts) * price / 1e6,
        )

    def token_counts(self, texts: Sequence[str], side: Side) -> list[int]:
        prompt, most = self._prompts[side], self._known.max_tokens if self._known else None
        counts = [estimated_tokens(prompt + text) for text in texts]
        return counts if most is None else [min(count, most) for count in counts]

    def prepare(self, tokens: int, *, progress: Progress = silent) -> None:  # noqa: ARG002
        self._client.stopped.clear()

    def interrupt(self) -> None:
        self._client.stopped.set()

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        vectors = self._request(texts, side)
        if vectors.shape[1] != self.space.dim:
            raise TeacherError(
                f"{self._name} returned vectors of dim {vectors.shape[1]}, expected {self.space.dim}. Does the "
                "address serve another model than before, or ignore dimensions? Vectors already in a cache are kept."
            )
        return vectors

    def _request(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        most = self._known.max_tokens if self._known else None
        prompted = [self._prompts[side] + text for text in texts]
        if most is not None:
            prompted = [beginning(text, most_tokens=most) for text in prompted]
        body = request_body(self._provider, self._model, prompted, side, task=self._task, dimensions=self._dimensions)
        answer = self._client.post(body, tokens=sum(self.token_counts(texts, side)))
        return response_vectors(self._provider, answer, len(texts), self._name)

    def _probed_dim(self) -> int:
        return int(self._request(["How long is a vector?"], "query").shape[1])

    def _choose_task(self, given: str | None) -> str:
        usual = self._known.task if self._known and self._known.task is not None else self._provider.task
        if given and not usual:
            raise InvalidInputError(f"{self._model} of {self._provider.title} takes no task, got {given!r}.")
        return given or usual


def api_access(provider: str, name: str) -> tuple[str, str | None]:
    """The address that a teacher of this name sends texts to, and the variable with the key; makes no teacher.

    Args:
        provider: One of `PROVIDERS`.
        name: As for `ApiTeacher.from_name`; options that it does not know are left out.
    """
    options = dict(_parts(name)[1])
    return _destination(PROVIDERS[provider], options.get("base_url"), options.get("key_variable"))


def _parts(name: str) -> tuple[str, list[tuple[str, str]]]:
    model, _, query = name.partition("?")
    return model, parse_qsl(query, keep_blank_values=True)


def _destination(provider: Provider, base_url: str | None, key_variable: str | None) -> tuple[str, str | None]:
    address = (base_url or provider.base_url).rstrip("/") + provider.path
    return address, key_variable or (None if base_url else provider.key_variable)


def _with_sides(provider: Provider, sides: str, field: str) -> Provider:
    """The protocol with a field that says whether texts are queries or documents."""
    query, _, document = sides.partition(",")
    if provider.side_field or not query or not document or not field:
        raise InvalidInputError(
            f"sides must be the words for a query and for a document, such as 'query,passage', of a server with "
            f"OpenAI's protocol; got {sides!r} for {provider.title}."
        )
    return replace(provider, side_field=field, sides={"query": query, "document": document})


def _check_counts(**given: int | None) -> None:
    for name, value in given.items():
        if value is not None:
            whole_number(value, name)
