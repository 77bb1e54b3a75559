"""PackedContext: what fits into a prompt of so many tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codequest.errors import CodeIndexError, InvalidInputError
from codequest.search.answers.prompt import Prompt, build_prompt
from codequest.search.answers.sources import Source, merged
from codequest.search.hits import SearchHit
from codequest.texts import estimated_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedContext:
    """A question with the code that may answer it.

    Attributes:
        question: The question.
        sources: The code, best first.
        messages: For a chat model: roles and contents.
        prompt: The same as one text, to be pasted.
        tokens: Of the prompt, estimated: one for every three bytes of UTF-8.
        budget: Most tokens that were allowed.
        left_out: How many chunks were found and did not fit.
    """

    question: str
    sources: tuple[Source, ...]
    messages: list[dict[str, str]]
    prompt: str
    tokens: int
    budget: int
    left_out: int


def pack(question: str, hits: Sequence[SearchHit], *, budget: int) -> PackedContext:
    """See `codequest.search.CodeIndex.pack`.

    Args:
        question: The question.
        hits: What was found for it, best first.
        budget: Most tokens of the prompt.
    """
    if type(budget) is not int or budget < 1:
        raise InvalidInputError(f"budget must be a positive number of tokens, got {budget!r}.")
    if not hits:
        raise CodeIndexError(
            f"Nothing was found for {question!r:.80}. Ask in other words, or with fewer filters; if the code is new, "
            "run codequest index again."
        )
    chosen: list[SearchHit] = []
    for hit in hits:
        if _tokens(_prompt(question, [*chosen, hit])) <= budget:
            chosen.append(hit)
    if not chosen:
        _refuse(question, hits, budget)
    prompt = _prompt(question, chosen)
    return PackedContext(
        question=question,
        sources=tuple(merged(chosen)),
        messages=prompt.messages,
        prompt=prompt.text,
        tokens=_tokens(prompt),
        budget=budget,
        left_out=len(hits) - len(chosen),
    )


def _prompt(question: str, hits: Sequence[SearchHit]) -> Prompt:
    return build_prompt(question, merged(hits))


def _tokens(prompt: Prompt) -> int:
    return estimated_tokens(prompt.text)


def _refuse(question: str, hits: Sequence[SearchHit], budget: int) -> None:
    best, smallest = hits[0], min(_tokens(_prompt(question, [hit])) for hit in hits)
    needed = _tokens(_prompt(question, [best]))
    raise InvalidInputError(
        f"A budget of {budget:,} tokens is too small for a single source: the best, {best.path}:{best.start_line}-"
        f"{best.end_line}, takes {needed:,} with rules and question, the smallest {smallest:,}. Raise the budget to "
        f"{needed:,} or more."
    )
