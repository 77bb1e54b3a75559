"""Doc comments and titles as people type them into a search box."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from codequest.data import RetrievalDataset
from codequest.mining.forms import begins_with_verb, imperative

_CLAUSE_ENDS = re.compile(r"(?<=\w)[.;:!?](?:\s|$)|\n|\s\(|, (?:and|or|but|which|if|so)\b")
_MARKS = ".,;:!?\"'`()[]{}"
_LEFT_OUT = frozenset(("the", "a", "an", "this", "that", "these", "given", "specified", "its", "their"))
_MOST_WORDS = 9


def as_search(text: str, language: str, generator: random.Random) -> str | None:
    """One way to search the web for what a text says, such as ``python sort dict by value``.

    The words of the first clause in lower case, its verb in the imperative, without articles; with the language in
    front, at the end, or not named at all.

    Args:
        text: A doc comment or a title.
        language: As people type it: ``golang``, not Go.
        generator: Chooses among the ways.

    Returns:
        At most nine words besides those of the language; None when less than two are left.
    """
    clause = _CLAUSE_ENDS.split(text.strip())[0]
    words = [word.strip(_MARKS).lower() for word in clause.split()]
    words = [word for word in words if word and word not in _LEFT_OUT]
    if not words:
        return None
    words[0] = imperative(words[0])
    if words[0] == "return" and generator.random() < 0.5:
        words[0] = "get"
    words = [word for word in words if word != language]
    if words[:2] == ["how", "do"]:
        words = ["how", "to", *words[3:]]
    words = words[:_MOST_WORDS]
    return _with_language(" ".join(words), language, generator.random()) if len(words) > 1 else None


def _with_language(words: str, language: str, drawn: float) -> str:
    """Query with its language at a place chosen by a number from 0 to 1."""
    if drawn < 0.6:
        return f"{language} {words}"
    if drawn < 0.75 and begins_with_verb(words):
        return f"how to {words} in {language}"
    return f"{words} in {language}" if drawn < 0.9 else words


def with_searches(dataset: RetrievalDataset, language: str, generator: random.Random) -> RetrievalDataset:
    """A labelled set with a search next to every query that one can be made of, for the same documents.

    Args:
        dataset: Queries that are doc comments or titles.
        language: Language of its code, as people type it.
        generator: Chooses among the ways to search.
    """
    made = {f"search-{id}": as_search(text, language, generator) for id, text in dataset.queries.items()}
    searches = {id: text for id, text in made.items() if text is not None}
    qrels = {id: dataset.qrels[id.removeprefix("search-")] for id in searches}
    return replace(dataset, queries={**dataset.queries, **searches}, qrels={**dataset.qrels, **qrels})
