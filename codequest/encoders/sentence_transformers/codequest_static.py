"""The rows of a codequest static encoder, for sentence-transformers.

This file comes with the folder that it loads, so it imports nothing of codequest.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules import InputModule
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

_UNKNOWN = 0  # row of the unknown token
_MOST_CHARACTERS, _MOST_PER_TOKEN = 1 << 16, 64  # to tokenize megabytes takes minutes, and a page is read


class StaticRows(InputModule):
    """Texts to the weighted sum of their rows: one per token, and one per pair of adjacent tokens that has one.

    Args:
        tokenizer: Its ids are the first rows.
        rows: (n, width), whole numbers or fp16.
        factors: (n,), what each row is multiplied with.
        bigrams: (m, 2), pairs of ids in ascending order; their rows follow those of the tokens in the same order.
        max_tokens: Longer texts are truncated.
    """

    config_keys = ["max_tokens"]  # noqa: RUF012  the name is sentence-transformers'
    save_in_root = False

    def __init__(self, tokenizer: Tokenizer, rows: Tensor, factors: Tensor, bigrams: Tensor, max_tokens: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.tokenizer = tokenizer
        self.max_tokens = max_tokens
        self.register_buffer("rows", rows)
        self.register_buffer("factors", factors)
        self.register_buffer("bigrams", bigrams)
        self._tokens = tokenizer.get_vocab_size()
        keys = bigrams[:, 0].long() * self._tokens + bigrams[:, 1]
        self._keys = torch.cat([keys, torch.tensor([torch.iinfo(torch.int64).max])])  # a search ends before the last

    def preprocess(
        self,
        inputs: Sequence[Any],
        prompt: str | None = None,
        **kwargs: Any,  # noqa: ARG002
    ) -> dict[str, Tensor]:
        """Row numbers of all texts, (total,), and which text each belongs to, (total,)."""
        most = max(_MOST_CHARACTERS, _MOST_PER_TOKEN * self.max_tokens)
        texts = [((prompt or "") + text)[:most] for text in inputs]
        encoded = self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        found = [self._rows_of(encoding.ids) for encoding in encoded]
        lengths = torch.tensor([len(rows) for rows in found])
        return {"input_ids": torch.cat(found), "owners": torch.repeat_interleave(torch.arange(len(found)), lengths)}

    def _rows_of(self, ids: list[int]) -> Tensor:
        tokens = torch.tensor(ids[: self.max_tokens] or [_UNKNOWN])
        pairs = tokens[:-1] * self._tokens + tokens[1:]
        found = torch.searchsorted(self._keys, pairs)
        return torch.cat([tokens, found[self._keys[found] == pairs] + self._tokens])

    def forward(self, features: dict[str, Tensor], **kwargs: Any) -> dict[str, Tensor]:  # noqa: ARG002
        """Adds ``sentence_embedding``, (batch, width), in fp32."""
        ids, owners = features["input_ids"], features["owners"]
        taken = functional.embedding(ids, self.get_buffer("rows")).float()  # (total, width)
        weighted = taken * self.get_buffer("factors")[ids].float().unsqueeze(1)
        sums = weighted.new_zeros(int(owners[-1]) + 1, weighted.shape[1])
        features["sentence_embedding"] = sums.index_add(0, owners, weighted)
        return features

    def get_embedding_dimension(self) -> int:
        """Length of the sums."""
        return int(self.get_buffer("rows").shape[1])

    @property
    def max_seq_length(self) -> int:
        """Most tokens of a text that are read."""
        return self.max_tokens

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:  # noqa: ARG002
        """Write configuration, tokenizer and rows."""
        self.save_config(output_path)
        self.tokenizer.save(str(Path(output_path) / "tokenizer.json"))
        self.save_torch_weights(output_path, safe_serialization=safe_serialization)

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **kwargs: Any) -> StaticRows:  # type: ignore[override]
        """Read what `save` wrote, from a folder or the hub."""
        names = ("token", "cache_folder", "revision", "local_files_only")
        place = {"subfolder": subfolder, **{name: kwargs[name] for name in names if name in kwargs}}
        path = cls.load_file_path(model_name_or_path, filename="tokenizer.json", **place)
        tensors = cls.load_torch_weights(model_name_or_path=model_name_or_path, **place)
        return cls(Tokenizer.from_file(str(path)), **tensors, **cls.load_config(model_name_or_path, **place))
