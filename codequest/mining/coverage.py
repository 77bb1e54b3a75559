"""Tell whether training queries look like those that users will ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from codequest.code.identifiers import content_words
from codequest.errors import InvalidInputError
from codequest.mining.forms import FORMS_OF_QUERIES, form_shares
from codequest.mining.language import foreign_share
from codequest.texts import counted

_WORTH_COVERING = 0.05
_COVERED = 0.25
_KNOWN_WORDS = 0.8
_QUANTILES = (0.1, 0.5, 0.9)
_FOREIGN = 0.3

_SOURCES = {
    "question": "titles of issues and of questions in your chat or forum, as a text file with one a line, or a hub "
    "dataset of questions",
    "task": "commit messages (give the repository's folder, with git installed) and titles of tickets",
    "description": "doc comments: give the code's folder and those of the libraries it uses",
    "keywords": "names: --weight names=0.3, and headings of your documentation",
    "identifier": "names as they are: --weight identifiers=0.1",
    "error": "messages of errors that the code raises (--weight errors=0.1), and titles of bug reports",
    "noun phrase": "headings of your documentation and titles of tickets",
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Comparison of training queries with a sample of the users' own.

    Attributes:
        users: How many queries of users there are.
        derived: How many training queries there are.
        forms: Share of the users' and of the training queries by form, each 0 to 1.
        words: Number of words at the 10th, 50th and 90th percentile: of the users' and of the training queries.
        known_words: Share of the content words in users' queries, counted as often as they are used, that occur in
            training queries; 0 to 1.
        unknown_words: The content words that users use most and training queries lack.
        foreign: Share of the users' and of the training queries that are not English.
        lacking: Forms that are more than 5% of the users' queries and less than a quarter of that in training.
    """

    users: int
    derived: int
    forms: dict[str, tuple[float, float]]
    words: tuple[tuple[float, ...], tuple[float, ...]]
    known_words: float
    unknown_words: tuple[str, ...] = field(repr=False)
    foreign: tuple[float, float]
    lacking: tuple[str, ...]

    @property
    def advice(self) -> list[str]:
        """Advice in sentences; empty when the training queries cover the users'."""
        found = [
            f"{self.forms[form][0]:.0%} of the users' queries are of the form {form} ({FORMS_OF_QUERIES[form]!r}), and "
            f"{self.forms[form][1]:.1%} of the derived ones: the encoder will be weaker on them. Add {_SOURCES[form]}; "
            "or the users' queries themselves, except for those you measure with."
            for form in self.lacking
        ]
        if self.known_words < _KNOWN_WORDS:
            found.append(
                f"Only {self.known_words:.0%} of the content words of users' queries occur in the derived ones; "
                f"most frequent others: {', '.join(self.unknown_words)}. Add the code and documents they are about."
            )
        own, derived = self.foreign
        if own - derived > _FOREIGN:
            found.append(
                f"{own:.0%} of the users' queries are not English, and {derived:.0%} of the derived ones: add queries "
                "in the users' language, and use a teacher that knows it."
            )
        return found


def query_coverage(derived: Sequence[str], *, users: Sequence[str]) -> Coverage:
    """Compare training queries with users' own.

    Args:
        derived: Training queries.
        users: Queries of users, such as those of a day's search log.

    Raises:
        InvalidInputError: There is no query on one of the sides.
    """
    if not derived or not users:
        raise InvalidInputError(
            f"There are {counted(len(derived), 'derived query')} and {len(users)} of users to compare. Give at least "
            "one of each."
        )
    own, theirs = form_shares(users), form_shares(derived)
    used = Counter(word for query in users for word in content_words(query))
    known = {word for query in derived for word in content_words(query)}
    unknown = Counter({word: count for word, count in used.items() if word not in known})
    lacking = [form for form, share in own.items() if share > _WORTH_COVERING and theirs[form] < _COVERED * share]
    return Coverage(
        users=len(users),
        derived=len(derived),
        forms={form: (own[form], theirs[form]) for form in FORMS_OF_QUERIES},
        words=(_lengths(users), _lengths(derived)),
        known_words=1 - unknown.total() / max(1, used.total()),
        unknown_words=tuple(word for word, _ in unknown.most_common(8)),
        foreign=(foreign_share(users), foreign_share(derived)),
        lacking=tuple(sorted(lacking, key=lambda form: -own[form])),
    )


def _lengths(queries: Sequence[str]) -> tuple[float, ...]:
    lengths = [len(query.split()) for query in queries]
    return tuple(float(length) for length in np.quantile(lengths, _QUANTILES))
