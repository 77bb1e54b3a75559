"""TextReader: what turns texts into the inputs of a graph."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from codequest.errors import AdapterFormatError, panics_raise
from codequest.runtimes.session import Tokens
from codequest.runtimes.tokenizer_file import read_tokenizer_file
from codequest.texts import readable

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

TOKENIZER_FILE = "tokenizer.json"
GAVE_UP = "The tokenizer of this encoder cannot read these texts ({}): it is damaged. Train or download it again."


class TextReader(Protocol):
    """Texts to token ids and attention mask."""

    def read(self, texts: Sequence[str]) -> tuple[Tokens, Tokens, int]:
        """Ids and mask, each (batch, tokens), and how many of the texts were truncated."""

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text before it is truncated; of what `readable` leaves of a very long one."""

    def describe(self) -> dict[str, Any]:
        """Settings that read them again, besides the files, JSON-ready."""

    def files(self) -> dict[str, bytes]:
        """Files of the folder, by name."""

    def tensors(self) -> Mapping[str, npt.NDArray[Any]]:
        """Contents of model.safetensors."""


class TokenReader:
    """A transformer's tokenizer, with prompt, truncation and padding.

    Args:
        tokenizer: Truncates and pads by itself.
        prompt: Text before every text.
        lower_case: Whether texts are lower-cased first.
        max_tokens: What the tokenizer truncates to.
    """

    def __init__(self, tokenizer: Tokenizer, *, prompt: str, lower_case: bool, max_tokens: int) -> None:
        self.tokenizer = tokenizer
        self.prompt = prompt
        self.lower_case = lower_case
        self.max_tokens = max_tokens
        self._from_end = bool(tokenizer.truncation and tokenizer.truncation["direction"] == "left")

    @classmethod
    def load(cls, folder: Path, settings: Mapping[str, Any]) -> TokenReader:
        """The reader that `describe` and `files` were written for.

        Raises:
            AdapterFormatError: The tokenizer is missing or damaged, or the settings are incomplete.
        """
        path, prompt = folder / TOKENIZER_FILE, settings.get("prompt")
        if not isinstance(prompt, str) or not isinstance(settings.get("lower_case"), bool):
            raise AdapterFormatError(f"The config.json of {folder} lacks 'prompt' or 'lower_case'. Export it again.")
        tokenizer = read_tokenizer_file(path, error=AdapterFormatError, remedy="Export it again.")
        if not tokenizer.truncation or not tokenizer.padding:
            raise AdapterFormatError(f"{path} does not say how texts are truncated and padded. Export it again.")
        if tokenizer.truncation["stride"] or tokenizer.padding["length"] or tokenizer.padding["pad_to_multiple_of"]:
            raise AdapterFormatError(
                f"{path} cuts a text into several that overlap, or pads it to a length of its own; texts are truncated "
                "and padded to the longest alone. Export it again."
            )
        longest = int(tokenizer.truncation["max_length"])
        if longest != settings.get("max_tokens"):
            raise AdapterFormatError(
                f"{path} truncates texts to {longest} tokens, the config.json next to it says "
                f"{settings.get('max_tokens')!r:.40}: they are not of one encoder. Export it again."
            )
        return cls(tokenizer, prompt=prompt, lower_case=settings["lower_case"], max_tokens=longest)

    def read(self, texts: Sequence[str]) -> tuple[Tokens, Tokens, int]:
        with panics_raise(AdapterFormatError, GAVE_UP):
            prepared = self._prepared(texts)
            if len(prepared) == 1:  # without the threads of a batch
                encoded = [self.tokenizer.encode(prepared[0])]
            else:
                encoded = self.tokenizer.encode_batch_fast(list(prepared))
        return _arrays(encoded)

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        with panics_raise(AdapterFormatError, GAVE_UP):
            return [len(encoding.ids) for encoding in self._counter.encode_batch_fast(list(self._prepared(texts)))]

    @cached_property
    def _counter(self) -> Tokenizer:
        """The tokenizer without its length."""
        copied: Tokenizer = copy.deepcopy(self.tokenizer)
        copied.no_truncation()
        copied.no_padding()
        return copied

    def _prepared(self, texts: Sequence[str]) -> Sequence[str]:
        prepared = [
            readable(self.prompt + text, most_tokens=self.max_tokens, count=self._count, from_end=self._from_end)
            for text in texts
        ]
        return [text.lower() for text in prepared] if self.lower_case else prepared

    def _count(self, text: str) -> int:
        return len(self._counter.encode(text.lower() if self.lower_case else text).ids)

    def describe(self) -> dict[str, Any]:
        return {"reader": "tokens", "prompt": self.prompt, "lower_case": self.lower_case, "max_tokens": self.max_tokens}

    def files(self) -> dict[str, bytes]:
        return {TOKENIZER_FILE: self.tokenizer.to_str().encode()}

    def tensors(self) -> Mapping[str, npt.NDArray[Any]]:
        return {}


def _arrays(encoded: Sequence[Encoding]) -> tuple[Tokens, Tokens, int]:
    ids = np.array([encoding.ids for encoding in encoded], dtype=np.int64)  # (batch, tokens)
    truncated = sum(bool(encoding.overflowing) for encoding in encoded)
    if ids.shape[1] == 0:  # only empty texts, and a tokenizer that adds nothing: one padding token
        return np.zeros((len(encoded), 1), dtype=np.int64), np.zeros((len(encoded), 1), dtype=np.int64), truncated
    if len(encoded) == 1:
        return ids, np.ones_like(ids), truncated
    return ids, np.array([encoding.attention_mask for encoding in encoded], dtype=np.int64), truncated
