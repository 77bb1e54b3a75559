from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

from codequest.mining.language import foreign_share
from codequest.training.data_checks import check_queries, check_size

VERBS = ["sort", "read", "parse", "open", "copy", "merge", "split", "join", "hash", "send", "close", "count", "find"]

NOUNS = ["list", "file", "json", "socket", "tree", "string", "date", "table", "stream", "path", "queue", "graph"]

HOWS = ["by value", "in place", "without locks", "as bytes", "in parallel", "line by line", "with retries"]


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def good() -> list[str]:
    """2,496 queries of four forms, no two with the same words."""
    combinations = list(itertools.product(VERBS, NOUNS, HOWS))
    random.Random(0).shuffle(combinations)
    forms = (
        lambda verb, noun, how: f"{verb} a {noun} {how}",
        lambda verb, noun, how: f"how do I {verb} a {noun} {how}?",
    )
    sentences = [form(*combination) for form in forms for combination in combinations]
    keywords = [f"{verb} {noun}" for verb, noun in itertools.product(VERBS, NOUNS)]
    return [*sentences, *keywords, *(f"{verb}_{noun}" for verb, noun in itertools.product(VERBS, NOUNS))]


def problems(queries: Sequence[str], *, max_tokens: int = 64) -> list[str]:
    return check_queries(queries, token_count=words, max_tokens=max_tokens)


def test_good_queries_are_passed_in_silence() -> None:
    assert len(good()) > 2000
    assert problems(good()) == []


def test_few_queries() -> None:
    (found,) = problems(good()[-1500:])
    assert found.startswith("Only 1,500 training queries: below about 2,000 an encoder memorises them.")


def test_queries_with_the_same_words() -> None:
    repeated = good() + [" ".join(reversed(query.upper().split())) for query in good()[:1000]]
    (found,) = problems(repeated)
    assert found.startswith("29% of the training queries have the same words as another one: deduplicate")


def test_queries_of_one_form() -> None:
    questions = [query if query.startswith("how") else f"how to {query}" for query in good()]
    (found,) = problems(questions)
    assert found.startswith(
        "100% of the training queries are of the form question: the encoder will be weaker on queries of other forms "
        "(task, description, keywords, identifier, error, noun phrase) than on these."
    )


def test_names_are_one_sided_whether_they_have_one_word_or_more() -> None:
    """A name of one word is also a keyword, so that no single form has nearly all of a list of names."""
    names = [f"{verb}_{noun}{number}" for verb, noun, number in itertools.product(VERBS, NOUNS, range(9))]
    single = [f"{noun}{letter}{other}" for noun, letter, other in itertools.product(NOUNS, "abcdefgh", "abcdefgh")]
    (found,) = problems(names + single)
    assert found.startswith("100% of the training queries are of the form identifier or keywords: ")


def test_a_third_form_is_enough() -> None:
    both = [query for query in good() if len(query.split()) > 2]
    (found,) = problems(both)
    assert found.startswith("100% of the training queries are of the form question or task: ")
    assert problems(both + [query for query in good() if "_" in query]) == []


def test_a_sample_of_many_queries_is_checked() -> None:
    counted: list[int] = []

    def count(texts: Sequence[str]) -> list[int]:
        counted.append(len(texts))
        return words(texts)

    check_queries([f"{query} {number}" for number in range(16) for query in good()], token_count=count, max_tokens=64)
    assert counted == [19968], "every second one of 39,936"


def test_queries_longer_than_the_encoder_reads() -> None:
    (found,) = problems(good(), max_tokens=4)
    assert "of the training queries are longer than the 4 tokens the encoder reads" in found


def test_no_queries_are_few_queries() -> None:
    (found,) = problems([])
    assert found.startswith("Only 0 training queries")


def test_training_queries_of_another_language_are_warned_of() -> None:
    german = [f"wie sortiere ich eine Liste nach Spalte {number}" for number in range(2500)]
    said = check_queries(german, token_count=lambda texts: [9] * len(texts), max_tokens=64)
    assert any("100% of the training queries are in another language than English" in sentence for sentence in said)
    assert not any("of the form" in sentence for sentence in said), "their forms cannot be told"
    assert foreign_share(german) == 1.0


def test_too_few_queries_for_what_is_trained_are_warned_of() -> None:
    assert check_size(1000, trained_parameters=768_000, dim=768) == []
    (said,) = check_size(1000, trained_parameters=1_000_000, dim=768)
    assert "Give at least 1,303 queries" in said
