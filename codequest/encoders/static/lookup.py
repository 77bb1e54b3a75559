"""RowLookup: which rows of a static encoder's table a text has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from codequest.adapters.tensors import read_arrays
from codequest.encoders.static.definitions import defined_name
from codequest.errors import AdapterFormatError, panics_raise
from codequest.runtimes.readers import GAVE_UP, TOKENIZER_FILE
from codequest.runtimes.tokenizer_file import read_tokenizer_file
from codequest.texts import readable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

UNKNOWN = 0  # row of the unknown token
CAPITALS = "(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
"""Where the words of an identifier meet."""
_PLAIN = re.compile(r"[\t\n\r -~]*")
_WORDS = re.compile("[A-Z]+(?=[A-Z][a-z])|[A-Z]*[a-z0-9]+|[A-Z]+|[^\\sA-Za-z0-9]")
_NAMED = 2  # times that the rows of a definition's name count, next to those of its text
_MOST_WORDS = 1 << 17  # whose ids are remembered: more than a large codebase has

Rows = npt.NDArray[np.int64]


class RowLookup:
    """One row per token, and one per pair of adjacent tokens that has a row of its own.

    Args:
        tokenizer: Its ids are the first rows; 0 is the unknown token.
        bigrams: (m, 2), pairs of ids in ascending order; their rows follow those of the tokens in the same order.
        max_tokens: Longer texts are truncated.
        code: Whether the texts are code. Then the tokenizer splits identifiers at `CAPITALS`; a row counts by the
            square root of its occurrences, rounded, for what a function repeats says little more of it; and the rows of
            the name that a text defines count several times more.
    """

    def __init__(
        self, tokenizer: Tokenizer, bigrams: npt.NDArray[np.int32], max_tokens: int, *, code: bool = False
    ) -> None:
        self.tokenizer = tokenizer
        self.bigrams = bigrams
        self.max_tokens = max_tokens
        self.code = code
        self._ids = _WordIds(tokenizer)
        self._tokens: int = tokenizer.get_vocab_size()
        keys = bigrams[:, 0].astype(np.int64) * self._tokens + bigrams[:, 1]
        self._keys = np.append(keys, np.iinfo(np.int64).max)  # so that a search never ends after the last key

    def __len__(self) -> int:
        """Number of rows of the table."""
        return self._tokens + len(self.bigrams)

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text, not truncated; of what `readable` leaves of a very long one."""
        with panics_raise(AdapterFormatError, GAVE_UP):
            texts = [readable(text, most_tokens=self.max_tokens, count=self._count) for text in texts]
            if self.code and all(map(_PLAIN.fullmatch, texts)):
                return [self._ids.of(text) for text in texts]
            if len(texts) == 1:  # without the threads of a batch
                return [self.tokenizer.encode(texts[0], add_special_tokens=False).ids]
            encoded = self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [encoding.ids for encoding in encoded]

    def _count(self, text: str) -> int:
        return len(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def rows(self, texts: Sequence[str]) -> list[Rows]:
        """The rows of each text, at least one: those of its tokens, then those of its bigrams."""
        return self.rows_of(texts, self.token_ids(texts))

    def rows_of(self, texts: Sequence[str], token_ids: Sequence[list[int]]) -> list[Rows]:
        """The rows of texts whose ids are known."""
        if not self.code:
            return [self._rows_of(ids) for ids in token_ids]
        return [self._rows_of_code(text, ids) for text, ids in zip(texts, token_ids, strict=True)]

    def _rows_of_code(self, text: str, ids: list[int]) -> Rows:
        rows, name = damped(self._rows_of(ids)), defined_name(text)
        return np.concatenate((rows, *[self._rows_of(self._ids.of(name))] * _NAMED)) if name else rows

    def _rows_of(self, ids: list[int]) -> Rows:
        tokens = np.array(ids[: self.max_tokens] or [UNKNOWN], dtype=np.int64)
        if len(tokens) == 1 or not len(self.bigrams):
            return tokens
        pairs = tokens[:-1] * self._tokens + tokens[1:]
        found = self._keys.searchsorted(pairs)
        known = self._keys.take(found) == pairs
        return np.concatenate((tokens, found[known] + self._tokens))


class _WordIds(dict[str, list[int]]):
    """The ids of words that were seen; many times as fast as a tokenizer, for code repeats its words."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._tokenizer = tokenizer

    def __missing__(self, word: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(word, add_special_tokens=False).ids
        if len(self) < _MOST_WORDS:
            self[word] = ids
        return ids

    def of(self, text: str) -> list[int]:
        """The ids of a text of printable ASCII: those that the tokenizer gives."""
        return list(chain.from_iterable(map(self.__getitem__, _WORDS.findall(text))))


def damped(rows: Rows) -> Rows:
    """Each row as often as the rounded square root of its occurrences, in ascending order."""
    distinct, counts = np.unique(rows, return_counts=True)
    return np.repeat(distinct, np.rint(np.sqrt(counts)).astype(np.int64))


def joined(found: Sequence[Rows]) -> tuple[Rows, Rows]:
    """The rows of all texts, (total,), and where each text begins, (batch,)."""
    if len(found) == 1:
        return found[0], np.zeros(1, dtype=np.int64)
    starts = np.zeros(len(found), dtype=np.int64)
    np.cumsum([len(rows) for rows in found[:-1]], out=starts[1:])
    return np.concatenate(found), starts


class RowReader:
    """A `RowLookup` as what makes the inputs of a graph: row numbers in place of token ids."""

    def __init__(self, lookup: RowLookup) -> None:
        self.lookup = lookup

    @classmethod
    def load(cls, folder: Path, settings: Mapping[str, Any]) -> RowReader:
        """The reader that `describe`, `files` and `tensors` were written for.

        Raises:
            AdapterFormatError: A file is missing or damaged, or the settings are incomplete.
        """
        tokenizer, bigrams = read_tokenizer(folder), read_arrays(folder).get("bigrams")
        if bigrams is None or bigrams.ndim != 2 or bigrams.shape[1] != 2:
            raise AdapterFormatError(f"The weights in {folder} hold no bigrams, (n, 2). Export it again.")
        check_bigrams(bigrams, tokenizer, folder)
        return cls(RowLookup(tokenizer, bigrams, settings["max_tokens"], code=settings.get("code", False)))

    def read(self, texts: Sequence[str]) -> tuple[Rows, Rows, int]:
        """Rows and mask, each (batch, most rows of a text), and how many of the texts were truncated."""
        ids = self.lookup.token_ids(texts)
        found = self.lookup.rows_of(texts, ids)
        truncated = sum(len(row) > self.lookup.max_tokens for row in ids)
        if len(found) == 1:
            return found[0][None], np.ones((1, len(found[0])), dtype=np.int64), truncated
        lengths = np.array([len(rows) for rows in found])
        mask = np.arange(lengths.max()) < lengths[:, None]
        rows = np.full(mask.shape, UNKNOWN, dtype=np.int64)
        rows[mask] = np.concatenate(found)
        return rows, mask.astype(np.int64), truncated

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text before it is truncated; of what `readable` leaves of a very long one."""
        return [len(ids) for ids in self.lookup.token_ids(texts)]

    def describe(self) -> dict[str, Any]:
        """Settings that read them again, besides the files, JSON-ready."""
        return {"reader": "rows", "max_tokens": self.lookup.max_tokens, "code": self.lookup.code}

    def files(self) -> dict[str, bytes]:
        """The tokenizer."""
        return {TOKENIZER_FILE: self.lookup.tokenizer.to_str().encode()}

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """The bigrams."""
        return {"bigrams": self.lookup.bigrams}


def read_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of an adapter folder.

    Raises:
        AdapterFormatError: Missing, damaged, or its ids are not the numbers from 0.
    """
    path = folder / TOKENIZER_FILE
    if not path.is_file():
        raise AdapterFormatError(f"{folder} has no {TOKENIZER_FILE}. Save or download the adapter again.")
    tokenizer = read_tokenizer_file(path, error=AdapterFormatError, remedy="Save or download it again.")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    size = tokenizer.get_vocab_size()
    if not size or max(tokenizer.get_vocab().values()) != size - 1:
        raise AdapterFormatError(f"The ids in {path} are not the {size} numbers from 0. Save or download it again.")
    return tokenizer


def check_bigrams(bigrams: npt.NDArray[np.int32], tokenizer: Tokenizer, folder: Path) -> None:
    """Refuse bigrams that cannot be searched.

    Raises:
        AdapterFormatError: Ids that the tokenizer lacks, or not in ascending order.
    """
    size = tokenizer.get_vocab_size()
    if bigrams.dtype != np.int32:
        raise AdapterFormatError(f"The bigrams in {folder} are {bigrams.dtype}, expected int32. Save it again.")
    keys = bigrams[:, 0].astype(np.int64) * size + bigrams[:, 1]
    if len(bigrams) and (bigrams.min() < 0 or bigrams.max() >= size or (np.diff(keys) <= 0).any()):
        raise AdapterFormatError(
            f"The bigrams in {folder} are not pairs of the {size} token ids in ascending order. "
            "Save or download the adapter again."
        )
