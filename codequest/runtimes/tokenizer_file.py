"""Tokenizers of files that others wrote: what they make of a text is bounded before they are loaded."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codequest.errors import CodequestError, is_panic
from codequest.json_files import read_bytes
from codequest.runtimes.backtracking import SlowExpressionError, shortest_match

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST_BYTES = 2**28
"""Largest file of a tokenizer: that of a million tokens has a tenth."""

_MOST_GROWTH = 1024  # characters for one of the text; ALBERT's may make 648, as far as can be told
_MOST_STEPS = 64
_MOST_ADDED = 2**26  # characters of all added tokens together
_LONGEST_WORD = 200  # characters that WordPiece looks up piece by piece, which takes their square
_LONGEST_PIECE = 256  # characters of a token that Unigram follows from every character on
_LONGEST_AFFIX = 64
_FORMS = 18  # characters that Unicode's normal forms make of one at most, U+FDFA
_MOST_COPIES, _MOST_SPECIAL = 4, 64  # of a text, and special tokens, that a template puts together


@dataclass(frozen=True, slots=True)
class _Definition:
    """A tokenizer.json as far as it is looked at; other keys are left out."""

    normalizer: Any = None
    pre_tokenizer: Any = None
    post_processor: Any = None
    decoder: Any = None
    model: dict[str, Any] = field(default_factory=dict)
    added_tokens: list[dict[str, Any]] = field(default_factory=list)


def read_tokenizer_file(path: Path, *, error: Callable[[str], CodequestError], remedy: str) -> Tokenizer:
    """The tokenizer of a tokenizer.json.

    Args:
        path: The file.
        error: Class of what is raised.
        remedy: Sentence that says what to do; ends every message.

    Raises:
        error: Missing, no regular file, damaged, or a text could take far more time or memory than others do.
    """
    from tokenizers import Tokenizer

    content = _bounded(path, error, remedy)
    try:
        return Tokenizer.from_str(content.decode("utf-8"))
    except BaseException as problem:  # tokenizers raises nothing more precise
        if not isinstance(problem, Exception) and not is_panic(problem):
            raise
        raise error(f"{path} is truncated or damaged: {problem}. {remedy}") from problem


def refuse_unbounded_files(folder: Path, *, error: Callable[[str], CodequestError], remedy: str) -> None:
    """Refuse a folder for transformers if one of the tokenizers in it is one that `read_tokenizer_file` refuses.

    Args:
        folder: May hold tokenizer.json, or several for some versions of transformers.
        error: Class of what is raised.
        remedy: Sentence that says what to do; ends every message.
    """
    for path in sorted(folder.glob("tokenizer*.json")):
        if path.name != "tokenizer_config.json":
            _bounded(path, error, remedy)


def refuse_unbounded(tokenizer: Tokenizer, where: Path, *, error: Callable[[str], CodequestError], remedy: str) -> None:
    """Refuse a tokenizer that was made of other files, such as SentencePiece's; see `read_tokenizer_file`.

    Args:
        tokenizer: As it was loaded.
        where: Its folder.
        error: Class of what is raised.
        remedy: Sentence that says what to do; ends every message.
    """
    from msgspec import json

    steps = {name: getattr(tokenizer, name) for name in ("normalizer", "pre_tokenizer", "post_processor")}
    read = {name: json.decode(step.__getstate__()) for name, step in steps.items() if step is not None}
    _refuse(_Definition(**read), where, error, remedy)


def _bounded(path: Path, error: Callable[[str], CodequestError], remedy: str) -> bytes:
    """The content of a file, checked."""
    from msgspec import DecodeError, json

    try:
        content = read_bytes(path, most_bytes=MOST_BYTES)
    except OSError as problem:
        raise error(f"{path} cannot be read: {problem.strerror}. {remedy}") from problem
    try:
        definition = json.decode(content, type=_Definition)
    except (DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise error(f"{path} is truncated or damaged: {problem}. {remedy}") from problem
    _refuse(definition, path, error, remedy)
    return content


def _refuse(definition: _Definition, where: Path, error: Callable[[str], CodequestError], remedy: str) -> None:
    try:
        _check_expressions(definition)
        growth = _growth(definition)
        _check_added(definition.added_tokens, growth)
        _check_model(definition.model)
        _check_templates(definition.post_processor)
    except (_UnboundedError, SlowExpressionError) as problem:
        raise error(
            f"{where} is a tokenizer that may take more time or memory than any text is worth: {problem}. {remedy}"
        ) from problem


class _UnboundedError(ValueError):
    """Says what is too large, and how large it may be."""


def _refuse_above(value: float, most: int, what: str) -> None:
    if not isinstance(value, (int, float)) or value > most:
        raise _UnboundedError(f"{what} is {value!r:.40}, expected at most {most:,}")


def _tables(value: Any) -> Iterator[dict[str, Any]]:
    """Every table in a value, whatever it is called: older files leave out the types."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield value
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)


def _check_expressions(definition: _Definition) -> None:
    for step in (definition.normalizer, definition.pre_tokenizer, definition.post_processor, definition.decoder):
        for table in _tables(step):
            if isinstance(table.get("Regex"), str):
                shortest_match(table["Regex"])


def _growth(definition: _Definition) -> int:
    """Most characters that the steps before the model make of one."""
    tables = [*_tables(definition.normalizer), *_tables(definition.pre_tokenizer)]
    _refuse_above(len(tables), _MOST_STEPS, "the number of its steps")
    growth = prod(map(_growth_of, tables))
    if any(table.get("type") in ("NFC", "NFD", "NFKC", "NFKD") for table in tables):
        growth *= _FORMS  # once: what is in a normal form stays as it is
    _refuse_above(growth, _MOST_GROWTH, "the number of characters that it makes of one")
    return growth


def _growth_of(step: Mapping[str, Any]) -> int:
    kind, content, pattern = step.get("type"), step.get("content"), step.get("pattern")
    if isinstance(content, str) and isinstance(pattern, dict):
        plain = pattern.get("String")
        least = len(plain) if isinstance(plain, str) else shortest_match(str(pattern.get("Regex", "")))
        return max(1, -(-len(content) // least) if least else 1 + len(content))
    if isinstance(step.get("prepend"), str):
        return 1 + len(step["prepend"])
    if isinstance(step.get("precompiled_charsmap"), str):
        return max(1, _longest_replacement(step["precompiled_charsmap"]))
    if kind == "ByteLevel" or "add_prefix_space" in step:
        return 4  # bytes of a character, each shown as one
    return 2 if kind == "Metaspace" or "replacement" in step else 1


def _longest_replacement(charsmap: str) -> int:
    """Characters of the longest text in a table of SentencePiece: a trie, and texts that end in NUL."""
    try:
        table = base64.b64decode(charsmap, validate=True)
        texts = table[4 + int.from_bytes(table[:4], "little") :]
    except (binascii.Error, ValueError) as problem:
        raise _UnboundedError(f"its precompiled_charsmap is no base64 ({problem})") from problem
    return max(len(text.decode(errors="replace")) for text in texts.split(b"\0"))


def _check_added(tokens: list[dict[str, Any]], growth: int) -> None:
    total = sum(len(str(token.get("content", ""))) for token in tokens)
    _refuse_above(total * growth, _MOST_ADDED, "the length of its added tokens")


def _check_model(model: Mapping[str, Any]) -> None:
    _refuse_above(model.get("max_input_chars_per_word") or 0, _LONGEST_WORD, "max_input_chars_per_word")
    for affix in ("continuing_subword_prefix", "end_of_word_suffix", "unk_token"):
        _refuse_above(len(str(model.get(affix) or "")), _LONGEST_AFFIX, f"the length of {affix}")
    vocabulary = model.get("vocab")
    if isinstance(vocabulary, list):
        pieces = (piece[0] for piece in vocabulary if isinstance(piece, list) and piece)
        _refuse_above(max((len(str(piece)) for piece in pieces), default=0), _LONGEST_PIECE, "the length of a token")


def _check_templates(post_processor: Any) -> None:
    """Templates in a sequence multiply: each puts together what the one before it gave."""
    copies, special = 1, 0
    for table in _tables(post_processor):
        if isinstance(table.get("single"), list):
            copies *= max(1, sum(isinstance(piece, dict) and "Sequence" in piece for piece in table["single"]))
            special += len(table["single"])
        if isinstance(table.get("ids"), list):
            special += len(table["ids"])
    _refuse_above(copies, _MOST_COPIES, "how often its templates repeat a text")
    _refuse_above(special, _MOST_SPECIAL, "the number of tokens in its templates")
