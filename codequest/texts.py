"""Checks every text once, where it enters codequest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from codequest.errors import InvalidInputError

_BYTES_PER_TOKEN = 3  # of UTF-8; English has about 4.5 and code about 3.5, so this is rather too many tokens
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)
_NOT_ENCODABLE = re.compile("[\x00\ud800-\udfff]")


def checked_texts(texts: Iterable[str], *, name: str, allow_empty: bool = False) -> list[str]:
    """The texts as a list that every tokenizer accepts.

    NUL characters and lone surrogates, which no tokenizer can represent, become U+FFFD.

    Args:
        texts: Texts of the caller.
        name: Name of the texts in messages.
        allow_empty: Whether empty and whitespace texts are accepted.

    Returns:
        As many texts as were given, in the same order.

    Raises:
        InvalidInputError: Not a list of strings, or an empty text where none is allowed.
    """
    if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
        raise InvalidInputError(f"{name} must be a list of strings, got {type(texts).__name__}.")
    checked = list(texts)
    for position, text in enumerate(checked):
        if not isinstance(text, str):
            raise InvalidInputError(f"{name}[{position}] must be a string, got {type(text).__name__}: {text!r:.80}.")
        if not allow_empty and not text.strip():
            raise InvalidInputError(
                f"{name}[{position}] is empty or only whitespace ({text!r:.40}). An empty query has no meaning to "
                "search for; leave it out."
            )
        checked[position] = _NOT_ENCODABLE.sub("�", text)
    return checked


def estimated_tokens(text: str) -> int:
    """Number of tokens of a text for a model whose tokenizer is not here: rather too many than too few."""
    return len(text.encode()) // _BYTES_PER_TOKEN + 1


def visible(text: str) -> str:
    """The text with invisible characters written out: controls except tab and newline, bidirectional marks, tags.

    A terminal obeys such characters, and a model may read what its user does not.
    """
    return _UNSEEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def batches_by_length(texts: Sequence[str], *, max_texts: int, max_characters: int) -> Iterator[list[int]]:
    """Positions of texts, grouped by their characters: see `batches_by_size`."""
    return batches_by_size([len(text) for text in texts], max_texts=max_texts, max_size=max_characters)


def batches_by_size(sizes: Sequence[int], *, max_texts: int, max_size: int) -> Iterator[list[int]]:
    """Positions of texts, grouped so that little is padded.

    Largest first, so that a batch that does not fit into memory fails at the start.

    Args:
        sizes: Size of each text, in tokens or in characters.
        max_texts: Most texts in a batch.
        max_size: Largest batch once every text is padded to its largest; a text above it goes alone.

    Yields:
        Lists of positions; together they hold each position once.
    """
    order = sorted(range(len(sizes)), key=lambda position: (-sizes[position], position))
    batch: list[int] = []
    for position in order:
        largest = sizes[batch[0]] if batch else 0
        if batch and (len(batch) == max_texts or largest * (len(batch) + 1) > max_size):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch
