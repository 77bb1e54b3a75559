"""Texts that every competitor embeds: real queries of 8 to 12 words, one at a time and 256 at once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from codequest.errors import InvalidInputError

SHORTEST, LONGEST = 8, 12
"""Words of a query that is timed."""

BATCH = 256
"""Texts of a batch."""

_SINGLE = 32


@dataclass(frozen=True, slots=True)
class Workload:
    """Texts to time.

    Attributes:
        single: Embedded one at a time; may be empty.
        batch: Embedded all at once; may be empty, though not both.
        distinct: How many distinct texts there were to choose from.
    """

    single: tuple[str, ...]
    batch: tuple[str, ...]
    distinct: int

    @classmethod
    def of_queries(cls, queries: Sequence[str], *, seed: int = 0) -> Workload:
        """32 queries to embed one at a time and 256 to embed at once, of 8 to 12 words each.

        Where there are fewer, they repeat.

        Args:
            queries: To choose from.
            seed: Decides which.

        Raises:
            InvalidInputError: No query is of that length.
        """
        fitting = sorted({query for query in queries if SHORTEST <= len(query.split()) <= LONGEST})
        if not fitting:
            raise InvalidInputError(
                f"None of the {len(queries)} queries has {SHORTEST} to {LONGEST} words, which is what is timed. Give a "
                "query file that has some."
            )
        random.Random(seed).shuffle(fitting)
        return cls(tuple(fitting[:_SINGLE]), _repeated(fitting), len(fitting))

    @classmethod
    def of_documents(cls, documents: Sequence[str], *, seed: int = 0) -> Workload:
        """256 documents to embed at once; where there are fewer, they repeat.

        Raises:
            InvalidInputError: There is none.
        """
        distinct = sorted({document for document in documents if document.strip()})
        if not distinct:
            raise InvalidInputError("There is no document to embed: all are empty.")
        random.Random(seed).shuffle(distinct)
        return cls((), _repeated(distinct), len(distinct))


def _repeated(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(islice(cycle(texts), BATCH))
