"""Vocabulary of a static encoder: tokens, words and pairs of tokens that get a row."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from codequest.encoders.static.lookup import CAPITALS, UNKNOWN, RowLookup
from codequest.errors import InvalidInputError, ModelFormatError
from codequest.json_files import read_json
from codequest.progress import Progress
from codequest.runtimes.tokenizer_file import MOST_BYTES, refuse_unbounded_files

_BASE_SHARE = 0.6  # of the rows that are not single characters, as long as words and bigrams want the others
_LEAST_COUNT = 3  # a row that fewer queries have would learn those queries by heart
_LONGEST_WORD = 40  # characters; longer ones are hashes and paths
_CHUNK = 8192  # queries between two reports of progress


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens, words and pairs that have a row.

    Attributes:
        lookup: From texts to rows.
        counts: (rows,), how often the queries use each row.
        texts: What each row stands for, as a teacher can read it.
    """

    lookup: RowLookup
    counts: npt.NDArray[np.int64]
    texts: list[str]

    @property
    def weights(self) -> npt.NDArray[np.float32]:
        """Weight of every row, (rows,), before training."""
        return smooth_inverse_frequency(self.counts, len(self.lookup) - len(self.lookup.bigrams))


@dataclass(frozen=True, slots=True)
class _WordPiece:
    """A WordPiece tokenizer as its file defines it."""

    definition: Mapping[str, Any]
    vocabulary: Mapping[str, int]
    unknown: str
    prefix: str

    def tokenizer(self, tokens: Sequence[str]) -> Tokenizer:
        """The tokenizer with this vocabulary instead: it matches the longest token first, so whole words win."""
        model = {**self.definition["model"], "vocab": {token: number for number, token in enumerate(tokens)}}
        changes: dict[str, Any] = {
            "added_tokens": [],
            "post_processor": None,
            "truncation": None,
            "padding": None,
            "model": model,
        }
        try:
            return Tokenizer.from_str(json.dumps({**self.definition, **changes}))
        except Exception as error:  # tokenizers raises nothing more precise
            raise ModelFormatError(f"The tokenizer to begin with is damaged: {error}. Download it again.") from error

    def bare(self, token: str) -> str:
        return token.removeprefix(self.prefix) or token

    def joined(self, first: str, second: str) -> str:
        """Two adjacent tokens as text."""
        return self.bare(first) + ("" if second.startswith(self.prefix) else " ") + self.bare(second)


def build_vocabulary(
    folder: Path, queries: Sequence[str], *, rows: int, max_tokens: int, code: bool = False, progress: Progress
) -> Vocabulary:
    """Choose the rows by how often the queries have them.

    Kept are the single ASCII characters, so that every plain text has tokens, then the tokenizer's own tokens that
    the queries have or that are plain ASCII, the whole words of the queries that the tokenizer would split, and the
    pairs of adjacent tokens that say most about each other.

    Args:
        folder: Holds the tokenizer.json to begin with.
        queries: Checked texts.
        rows: Most rows.
        max_tokens: Longer queries are truncated.
        code: Whether they are code, whose identifiers are split into words.
        progress: Called while the queries are read.

    Raises:
        ModelFormatError: No WordPiece tokenizer there.
        InvalidInputError: Too few rows.
    """
    piece = _of_code(_read_wordpiece(folder)) if code else _read_wordpiece(folder)
    full = piece.tokenizer(sorted(piece.vocabulary, key=piece.vocabulary.__getitem__))
    words = _count_words(full, queries, progress)
    base, least = _ranked_tokens(piece, full, words)
    if rows < least:
        raise InvalidInputError(
            f"rows must be at least {least}, the single characters of this tokenizer, got {rows}. "
            "A few ten thousand rows are usual."
        )
    most_base = min(len(base), least + int(_BASE_SHARE * (rows - least)))
    whole = _whole_words(piece, words)[: (rows - most_base) // 2]
    none = np.empty((0, 2), np.int32)
    first = RowLookup(piece.tokenizer([*base[:most_base], *whole]), none, max_tokens, code=code)
    pairs = _ranked_bigrams(first, queries, progress)[: rows - most_base - len(whole)]
    tokens = [*base[: rows - len(whole) - len(pairs)], *whole]  # what the queries left unused goes to the tokenizer's
    lookup = _lookup(piece, tokens, pairs, max_tokens, code)
    return Vocabulary(lookup, _count_rows(lookup, queries, progress), _texts(piece, lookup))


def _read_wordpiece(folder: Path) -> _WordPiece:
    path = folder / "tokenizer.json"
    if not os.path.lexists(path):
        raise ModelFormatError(
            f"{folder} has no tokenizer.json. Give a model that has one, such as "
            "sentence-transformers/all-MiniLM-L6-v2."
        )
    definition = read_json(
        path, dict[str, Any], error=ModelFormatError, remedy="Download it again.", most_bytes=MOST_BYTES
    )
    refuse_unbounded_files(folder, error=ModelFormatError, remedy="Take another model.")
    try:
        model = definition["model"]
        kind = model.get("type")
    except (KeyError, AttributeError) as error:
        raise ModelFormatError(f"{path} is no tokenizer definition: {error}. Download it again.") from error
    if kind != "WordPiece":
        raise ModelFormatError(
            f"The tokenizer in {folder} is {kind}; a static encoder needs WordPiece, which whole words can be added "
            "to. Models of the BERT and MPNet families have it, such as sentence-transformers/all-MiniLM-L6-v2."
        )
    special = {token["content"] for token in definition.get("added_tokens", ()) if token.get("special")}
    special -= {model["unk_token"]}
    kept = {token: number for token, number in model["vocab"].items() if token not in special}
    return _WordPiece(definition, kept, model["unk_token"], model["continuing_subword_prefix"])


def _of_code(piece: _WordPiece) -> _WordPiece:
    """The tokenizer, with identifiers split at their capitals first; at other marks it splits by itself."""
    apart = {"type": "Replace", "pattern": {"Regex": CAPITALS}, "content": " "}
    steps = [apart, *filter(None, [piece.definition.get("normalizer")])]
    definition = {**piece.definition, "normalizer": {"type": "Sequence", "normalizers": steps}}
    return replace(piece, definition=definition)


def _chunks(queries: Sequence[str], progress: Progress, what: str) -> Iterator[Sequence[str]]:
    for start in range(0, len(queries), _CHUNK):
        yield queries[start : start + _CHUNK]
        progress(what, min(start + _CHUNK, len(queries)), len(queries))


def _count_words(tokenizer: Tokenizer, queries: Sequence[str], progress: Progress) -> Counter[str]:
    words: Counter[str] = Counter()
    normalizer, splitter = tokenizer.normalizer, tokenizer.pre_tokenizer
    for chunk in _chunks(queries, progress, "counting words"):
        for query in chunk:
            text = normalizer.normalize_str(query) if normalizer else query
            words.update([word for word, _ in splitter.pre_tokenize_str(text)] if splitter else text.split())
    return words


def _ranked_tokens(piece: _WordPiece, tokenizer: Tokenizer, words: Counter[str]) -> tuple[list[str], int]:
    """The tokenizer's own tokens worth a row, best first, and how many of them every table needs."""
    counts: Counter[str] = Counter()
    for word, count in words.items():
        for token in tokenizer.model.tokenize(word):
            counts[token.value] += count
    worth = [token for token in piece.vocabulary if counts[token] or _is_plain(piece.bare(token))]
    needed = {token for token in worth if len(piece.bare(token)) == 1 and token.isascii()} | {piece.unknown}
    ranked = sorted(
        {*worth, piece.unknown},
        key=lambda token: (token != piece.unknown, token not in needed, -counts[token], piece.vocabulary[token]),
    )
    return ranked, len(needed)


def _is_plain(text: str) -> bool:
    """Tell whether it is printable ASCII, and no placeholder such as ``[unused7]``."""
    placeholder = len(text) > 1 and text.startswith("[") and text.endswith("]")
    return text.isascii() and text.isprintable() and not placeholder


def _whole_words(piece: _WordPiece, words: Counter[str]) -> list[str]:
    """The frequent words that the tokenizer would split, most frequent first."""
    frequent = [word for word, count in words.items() if count >= _LEAST_COUNT and len(word) <= _LONGEST_WORD]
    split = [word for word in frequent if word not in piece.vocabulary and not word.startswith(piece.prefix)]
    return sorted(split, key=lambda word: (-words[word], word))


def _ranked_bigrams(lookup: RowLookup, queries: Sequence[str], progress: Progress) -> list[tuple[str, str]]:
    """The pairs of adjacent tokens by local mutual information, n(ab) log(n(ab) N / (n(a) n(b))), highest first.

    Evert, "The Statistics of Word Cooccurrences", 2005: frequent pairs, but not of words that are frequent anyway.
    """
    size = len(lookup)
    totals = np.zeros(size, dtype=np.int64)
    found = [np.empty(0, dtype=np.int64)]
    for chunk in _chunks(queries, progress, "counting bigrams"):
        rows = [np.array(ids[: lookup.max_tokens] or [UNKNOWN]) for ids in lookup.token_ids(chunk)]
        totals += np.bincount(np.concatenate(rows), minlength=size)
        found += [row[:-1] * size + row[1:] for row in rows if row.all()]  # the unknown token is no neighbor
    keys, counts = np.unique(np.concatenate(found), return_counts=True)
    keys, counts = keys[counts >= _LEAST_COUNT], counts[counts >= _LEAST_COUNT]
    expected = totals[keys // size] * (totals[keys % size] / max(1, totals.sum()))
    information = counts * np.log(counts / expected)
    order = np.lexsort((keys, -information))[: int((information > 0).sum())]
    names = {number: token for token, number in lookup.tokenizer.get_vocab().items()}
    return [(names[key // size], names[key % size]) for key in keys[order].tolist()]


def _lookup(
    piece: _WordPiece, tokens: list[str], pairs: list[tuple[str, str]], max_tokens: int, code: bool
) -> RowLookup:
    number = {token: position for position, token in enumerate(tokens)}
    ascending = sorted((number[first], number[second]) for first, second in pairs)
    bigrams = np.array(ascending, dtype=np.int32).reshape(-1, 2)
    return RowLookup(piece.tokenizer(tokens), bigrams, max_tokens, code=code)


def _count_rows(lookup: RowLookup, queries: Sequence[str], progress: Progress) -> npt.NDArray[np.int64]:
    counts = np.zeros(len(lookup), dtype=np.int64)
    for chunk in _chunks(queries, progress, "counting rows"):
        counts += np.bincount(np.concatenate(lookup.rows(chunk)), minlength=len(lookup))
    return counts


def _texts(piece: _WordPiece, lookup: RowLookup) -> list[str]:
    numbered = lookup.tokenizer.get_vocab()
    tokens = sorted(numbered, key=numbered.__getitem__)
    pairs = [(tokens[first], tokens[second]) for first, second in lookup.bigrams.tolist()]
    return [*map(piece.bare, tokens), *(piece.joined(first, second) for first, second in pairs)]


def smooth_inverse_frequency(counts: npt.NDArray[np.int64], tokens: int, *, a: float = 1e-3) -> npt.NDArray[np.float32]:
    """Weight of every row, a / (a + p), p its share of all tokens; 1 for one never seen.

    Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", 2017.

    Args:
        counts: (rows,), how often each was seen; the first `tokens` are tokens.
        tokens: How many rows are tokens.
        a: Shares well above it are weighted down; theirs is 1e-3 to 1e-4.

    Returns:
        (rows,).
    """
    total = max(1, int(counts[:tokens].sum()))
    weights: npt.NDArray[np.float32] = (a / (a + counts / total)).astype(np.float32)
    return weights
