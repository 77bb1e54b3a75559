"""Checks every text once, where it enters codequest."""

from __future__ import annotations

import re
import reprlib
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set, Sized
from itertools import islice

from codequest.errors import InvalidInputError

_BYTES_PER_TOKEN = 3  # of UTF-8; English has about 4.5 and code about 3.5, so this is rather too many tokens
# fmt: off
_UNSEEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but tab and newline
    "\xad\u061c\u070f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # format, lines, directions
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"  # drawn as nothing
    "\U000e0000-\U000e0fff"  # tags, further variation selectors
    "\u2800\U00013441\U00013442\U00016fe4\U0001d159"  # letters, notes and dots that are blank
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # no characters
)
_EMOJI = (
    "\xa9\xae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_JOINING = "\u0620-\u06d5\u06ee-\u06ff\u0750-\u077f\u0900-\u0dff"  # Arabic and its kin, the scripts of India
# fmt: on
# Patterns are compiled when they are first used, which takes longer than the help of the command.
_ANY_UNSEEN = f"[{_UNSEEN}]"
_WRITTEN_OUT = (
    f"[{_EMOJI}][\ufe0e\ufe0f]?(?:\u200d[{_EMOJI}][\ufe0e\ufe0f]?)*|[0-9#*]\ufe0f\u20e3"
    f"|(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])|([{_UNSEEN}])"
)
_UNFINISHED = f"[{_EMOJI}{_JOINING}0-9#*\u200c\u200d\ufe0e\ufe0f]{{1,64}}\\Z"
_NOT_ENCODABLE = re.compile("[\x00\ud800-\udfff]")

_FIRST_CHARACTERS = 4096  # shorter texts are never cut; fewer would hardly be faster to tokenize
_CHARACTERS_PER_TOKEN = 8  # English and code have about 4, so the first look is nearly always enough
_MOST_CHARACTERS, _MOST_PER_TOKEN = 1 << 16, 64  # a tokenizer takes about 2 microseconds for each
_SPARE_TOKENS = 128  # a word that is cut in two has at most 100, beyond which WordPiece takes it for one unknown token
_LONGEST_RUN, _SEARCHED = 1024, 4 << 20

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 80
_SHORT.maxlevel = 2


def checked_texts(texts: Sequence[str], *, name: str, allow_empty: bool = False) -> list[str]:
    """The texts as a list that every tokenizer accepts.

    NUL characters and lone surrogates, which no tokenizer can represent, become U+FFFD.

    Args:
        texts: Texts of the caller: a list, a tuple, a one-dimensional array, a column of a table.
        name: Name of the texts in messages.
        allow_empty: Whether empty and whitespace texts are accepted.

    Returns:
        As many texts as were given, in the same order.

    Raises:
        InvalidInputError: Not a list of strings, or an empty text where none is allowed.
    """
    checked = _listed(texts, name)
    for position, text in enumerate(checked):
        if not isinstance(text, str):
            raise InvalidInputError(f"{name}[{position}] must be a string, got {type(text).__name__}: {shown(text)}.")
        if not allow_empty and not text.strip():
            raise InvalidInputError(
                f"{name}[{position}] is empty or only whitespace ({text[:40]!r:.40}). An empty query has no meaning to "
                "search for; leave it out."
            )
        checked[position] = _NOT_ENCODABLE.sub("�", text if type(text) is str else str.__str__(text))
    return checked


def _listed(texts: object, name: str) -> list[str]:
    """The texts as a list, of what has a length and an order: an iterator may never end, a set has no first."""
    kind = type(texts).__name__
    if isinstance(texts, (str, bytes, bytearray, memoryview, Mapping, Set)) or not isinstance(texts, Iterable):
        raise InvalidInputError(f"{name} must be a list of strings, got {kind}.")
    dimensions = getattr(texts, "ndim", 1)
    if dimensions != 1:
        raise InvalidInputError(f"{name} must be a list of strings, got {kind} of {dimensions} dimensions, not 1.")
    if not isinstance(texts, Sized):
        raise InvalidInputError(
            f"{name} must be a list of strings, got {kind}, whose end nobody knows. Make it a list first: list(...)."
        )
    return list(islice(texts, len(texts)))


def shown(value: object) -> str:
    """Something of a caller for a message: short whatever it is, and without an error of its own."""
    try:
        return f"{_SHORT.repr(value):.80}"
    except Exception:  # an integer of 5,000 digits, or whatever else cannot be written
        return "…"


def counted(number: int, one: str, several: str = "") -> str:
    """A number with its noun: ``1 query``, ``1,000 queries``.

    Args:
        number: How many.
        one: The noun, or more, as it stands after a 1.
        several: As it stands after other numbers, where that does not follow from its last word.
    """
    regular = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{number:,} {one if number == 1 else several or regular}"


def readable(text: str, *, most_tokens: int, count: Callable[[str], int], from_end: bool = False) -> str:
    """The part of a text that a model reads, and some more: to tokenize megabytes takes minutes, and it reads a page.

    The first `most_tokens` tokens of the part are those of the text: it is lengthened until it has enough of them and
    some to spare, for the last ones may be of a word cut in two. Texts of up to 65,536 characters, or 64 per token
    where that is more, are so cut without any difference. In a longer text whose beginning has too few tokens, runs of
    one character, such as spaces, are read as 1,024 of it, and of what that leaves so many characters are read.

    Args:
        text: With its prompt.
        most_tokens: Longer texts are truncated to so many tokens.
        count: Number of tokens of a text, not truncated.
        from_end: Whether the model reads the end of a text that is too long.
    """
    size, most = max(_FIRST_CHARACTERS, _CHARACTERS_PER_TOKEN * most_tokens), _most_characters(most_tokens)
    while size < len(text):
        part = text[-size:] if from_end else text[:size]
        if count(part) >= most_tokens + _SPARE_TOKENS:
            return part
        if size == most:
            return _without_runs(text, most, from_end)
        size = min(4 * size, most)
    return text


def beginning(text: str, *, most_tokens: int) -> str:
    """The beginning of a text as far as a model whose tokenizer is not here may read it: 64 characters a token."""
    return text[: _most_characters(most_tokens)]


def _most_characters(most_tokens: int) -> int:
    return max(_MOST_CHARACTERS, _MOST_PER_TOKEN * most_tokens)


def _without_runs(text: str, most: int, from_end: bool) -> str:
    import numpy as np  # most of what checks texts needs none of it

    searched = text[-_SEARCHED:] if from_end else text[:_SEARCHED]
    letters = np.frombuffer(searched.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    positions = np.arange(len(letters), dtype=np.int32)
    begins = np.append(True, letters[1:] != letters[:-1])
    within_run = positions - np.maximum.accumulate(np.where(begins, positions, 0))
    kept = letters[within_run < _LONGEST_RUN]
    return (kept[-most:] if from_end else kept[:most]).tobytes().decode("utf-32-le", "surrogatepass")


def estimated_tokens(text: str) -> int:
    """Number of tokens of a text for a model whose tokenizer is not here: rather too many than too few."""
    return len(text.encode()) // _BYTES_PER_TOKEN + 1


def written_out(character: str) -> str:
    """A character by its number, such as ``<U+202E>``."""
    return f"<U+{ord(character):04X}>"


def visible(text: str, *, write: Callable[[str], str] = written_out) -> str:
    """The text with what cannot be seen written out.

    Those are controls except tab and newline, separators of lines, marks of direction, joiners, variation selectors,
    tags, fillers, blank letters and lone surrogates: a terminal obeys such characters, and a model may read what its
    user does not. Kept is what ordinary text needs: spaces, one variation selector after an emoji, joiners between two
    emoji, and one between two letters of Arabic or of a script of India.

    Args:
        text: From outside.
        write: How a character is written.
    """
    if not re.search(_ANY_UNSEEN, text):
        return text
    return re.sub(_WRITTEN_OUT, lambda found: write(found[1]) if found[1] else found[0], text)


def visible_line(text: str) -> str:
    """The text as `visible` has it on one line: for names and places, which could forge lines of their own."""
    return visible(text).replace("\n", written_out("\n")).replace("\t", written_out("\t"))


def html_text(text: str) -> str:
    """The text as `visible` has it, escaped for HTML."""
    from html import escape

    return escape(visible(text))


def markdown_text(text: str) -> str:
    """The text as `visible_line` has it, where it begins no tag, link or code of Markdown, nor ends any around it."""
    return visible_line(text).replace("<", "&lt;").replace("](", "]\\(").replace("`", "'")


def visible_pieces(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces of a text that arrives bit by bit, as `visible` has the whole; what may be cut in two waits.

    Where the text ends in an error, what waited comes before it.
    """
    held, failed = "", None
    try:
        for piece in pieces:
            text = held + piece
            unfinished = re.search(_UNFINISHED, text)
            held = unfinished[0] if unfinished else ""
            if ready := text[: len(text) - len(held)]:
                yield visible(ready)
    except Exception as error:
        failed = error
    if held:
        yield visible(held)
    if failed:
        raise failed


def shell_word(text: str) -> str:
    """The text as one word of a command that people may copy: nothing in it is run, and nothing is invisible."""
    return shlex.quote(text if text.isprintable() else ascii(text))


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
