"""Backbone: texts to pooled vectors, exactly as the model's own files say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from codequest.backbone.choices import Choices, checked_dim, known_facts, settle
from codequest.backbone.dense import load_dense
from codequest.backbone.layers import keep_first_layers
from codequest.backbone.pooling import pool
from codequest.backbone.precision import DTYPES, Precision, refuse_unsupported
from codequest.backbone.quiet import without_bars
from codequest.backbone.settings import EmbeddingSettings, read_settings
from codequest.backbone.untrusted import refuse_code
from codequest.errors import ModelFormatError, PrecisionNotSupportedError, is_panic, panics_raise
from codequest.runtimes.tokenizer_file import refuse_unbounded, refuse_unbounded_files
from codequest.space import EmbeddingSpace, Pooling
from codequest.texts import readable
from codequest.weights import WeightSource

if TYPE_CHECKING:
    from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

_UNLIMITED = 1_000_000  # tokenizers without a limit report a huge number
_TRUSTED = "If you trust whoever made this model, pass trust_remote_code and a revision; otherwise take another one."
_GAVE_UP = "The model's tokenizer cannot read these texts ({}): it is damaged. Download the model again."
_TOKENIZING = Lock()
_COUNTED_TOGETHER = 1024  # texts; a tokenizer keeps far more of a text than its ids


class Backbone(nn.Module):
    """A transformer with its tokenizer, pooling and dense layers.

    Attributes:
        transformer: The Hugging Face model.
        tokenizer: Its tokenizer.
        pooling: Way in which token states become one vector.
        max_tokens: Longer texts are truncated to this many tokens, special tokens included.
        longest: Most tokens that the model could read.
        lower_case: Whether texts are lower-cased first.
        dense: The model's own layers after pooling.
        dim: Length that vectors are truncated to; None when they are used whole.
        settings: Settings in the model's files, prompts and normalisation included.
        source: Identity and folder of the model.
    """

    def __init__(
        self,
        transformer: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        settings: EmbeddingSettings,
        source: WeightSource,
        dense: Sequence[nn.Module] = (),
        *,
        dim: int | None = None,
    ) -> None:
        super().__init__()
        if settings.pooling is None:
            raise ModelFormatError(
                f"No file of {settings.transformer} says how its token states are pooled. "
                "Say it with pooling='mean', 'cls' or 'last'; the model's documentation tells which."
            )
        self.transformer = transformer
        self.tokenizer = tokenizer
        self.pooling: Pooling = settings.pooling
        readable = min(_length_limit(transformer, tokenizer), settings.token_limit or _UNLIMITED)
        self.longest = min(max(settings.max_tokens or 0, readable), _positions(transformer))
        self.max_tokens = min(settings.max_tokens or readable, self.longest)
        self.lower_case = settings.lower_case
        self.dense = nn.ModuleList(dense)
        self.settings = settings
        self.source = source
        self.dim = checked_dim(source.model_id, self.full_dim, dim)

    @classmethod
    def load(
        cls,
        source: WeightSource,
        *,
        device: torch.device,
        precision: Precision = "fp32",
        choices: Choices = Choices(),  # noqa: B008  immutable
        trust_remote_code: bool = False,
        quantization: Any = None,
        layers: int | None = None,
    ) -> Backbone:
        """Load a model for inference.

        Args:
            source: From `codequest.weights.locate`.
            device: Device for the model.
            precision: Number format of the weights.
            choices: The caller's settings where the model's files say nothing, or should not decide.
            trust_remote_code: Run Python code that comes with the model.
            quantization: A transformers quantization config.
            layers: Keep only this many of its first layers; all by default.

        Returns:
            The backbone in evaluation mode.

        Raises:
            InvalidInputError: More layers or dimensions than the model has, or fewer than one.
            ModelFormatError: A needed file is missing or malformed, the tokenizer included, or contradicts the caller
                or what is known about the model.
            PrecisionNotSupportedError: The device does not run the precision, or the model overflows in it.

        Warns:
            ModelWarning: As in `settle`.
        """
        refuse_unsupported(precision, device)
        if precision == "fp16" and known_facts(source.model_id).half == "bf16":
            raise PrecisionNotSupportedError(f"{source.model_id} overflows in fp16. Load it in bf16 or fp32.")
        settings = settle(read_settings(source.folder), source.model_id, choices)
        tokenizer = _load_tokenizer(settings, trust_remote_code)
        transformer = _load_transformer(settings.transformer, device, precision, trust_remote_code, quantization)
        if layers is not None:
            keep_first_layers(transformer, layers)
        dense = [load_dense(folder).to(device, DTYPES[precision]) for folder in settings.dense]
        return cls(transformer, tokenizer, settings, source, dense, dim=choices.dim).eval()

    @property
    def hidden(self) -> int:
        """Length of the vectors that `forward` returns."""
        return self.dim or self.full_dim

    @property
    def full_dim(self) -> int:
        """Length of the vectors before they are truncated."""
        for layer in reversed(self.dense):
            return int(layer[0].out_features)  # type: ignore[index]
        return int(self.transformer.config.hidden_size)

    @property
    def space(self) -> EmbeddingSpace:
        """The space of this model as a teacher."""
        return EmbeddingSpace(
            teacher=self.source.model_id,
            revision=self.source.revision,
            dim=self.hidden,
            normalized=bool(self.settings.normalized),
            pooling=self.pooling,
            query_prompt=self.settings.query_prompt or "",
            document_prompt=self.settings.document_prompt or "",
            max_tokens=self.max_tokens,
        )

    @property
    def device(self) -> torch.device:
        """Device of the weights."""
        return next(self.transformer.parameters()).device

    def embed(self, texts: Sequence[str], *, prompt: str = "") -> Tensor:
        """Pooled vectors of texts, (batch, hidden), on the device of the weights."""
        inputs = {name: values.to(self.device) for name, values in self.tokenize(texts, prompt=prompt).items()}
        pooled: Tensor = self(**inputs)
        return pooled

    def tokenize(self, texts: Sequence[str], *, prompt: str = "") -> dict[str, Tensor]:
        """Token ids and attention mask, each (batch, tokens), on the CPU."""
        with panics_raise(ModelFormatError, _GAVE_UP):
            prepared = self._prepared(texts, prompt)
            encoded = self._tokenized(
                prepared, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
            )
        tokens = {name: encoded[name].long() for name in ("input_ids", "attention_mask")}
        if tokens["input_ids"].shape[1] == 0:  # only empty texts, and a tokenizer that adds nothing: one padding token
            return {name: values.new_zeros(len(texts), 1) for name, values in tokens.items()}
        return tokens

    def token_counts(self, texts: Sequence[str], *, prompt: str = "", truncate: bool = True) -> list[int]:
        """Number of tokens that `tokenize` gives for each text, without padding; or would, if it truncated nothing.

        Of a text that `readable` cuts, those of what is left of it.
        """
        counts: list[int] = []
        for start in range(0, len(texts), _COUNTED_TOGETHER):
            limit = {"truncation": True, "max_length": self.max_tokens} if truncate else {"verbose": False}
            with panics_raise(ModelFormatError, _GAVE_UP):
                prepared = self._prepared(texts[start : start + _COUNTED_TOGETHER], prompt)
                encoded = self._tokenized(prepared, return_attention_mask=False, **limit)
            counts += [len(ids) for ids in encoded["input_ids"]]
        return counts

    def _prepared(self, texts: Sequence[str], prompt: str) -> list[str]:
        from_end = self.tokenizer.truncation_side == "left"
        prepared = [
            readable(prompt + text, most_tokens=self.max_tokens, count=self._count, from_end=from_end) for text in texts
        ]
        return [text.lower() for text in prepared] if self.lower_case else prepared

    def _count(self, text: str) -> int:
        lowered = text.lower() if self.lower_case else text
        return len(self._tokenized(lowered, return_attention_mask=False, verbose=False)["input_ids"])

    def _tokenized(self, texts: str | list[str], **how: Any) -> BatchEncoding:
        """What the tokenizer makes of texts; one thread at a time, for it keeps how it truncates between two calls."""
        with _TOKENIZING:
            encoded: BatchEncoding = self.tokenizer(texts, **how)
        return encoded

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Pooled vectors, not normalised.

        Args:
            input_ids: (batch, tokens).
            attention_mask: (batch, tokens).

        Returns:
            (batch, hidden), in the precision of the weights.
        """
        states = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        pooled = pool(states, attention_mask, self.pooling)  # (batch, hidden)
        for layer in self.dense:
            pooled = layer(pooled)
        return pooled[:, : self.dim]


def _length_limit(transformer: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    limits = [getattr(transformer.config, "max_position_embeddings", None), tokenizer.model_max_length]
    known = [int(limit) for limit in limits if limit and limit < _UNLIMITED]
    return min(known) if known else 512


def _positions(transformer: PreTrainedModel) -> int:
    """Most tokens that a table of learned positions has rows for; RoBERTa and MPNet keep the first rows for padding."""
    table = getattr(getattr(transformer, "embeddings", None), "position_embeddings", None)
    if not isinstance(table, nn.Embedding):
        return _UNLIMITED
    return table.num_embeddings - (0 if table.padding_idx is None else table.padding_idx + 1)


def _load_tokenizer(settings: EmbeddingSettings, trust_remote_code: bool) -> PreTrainedTokenizerBase:
    from transformers import AutoTokenizer

    folder = settings.transformer
    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.txt", "tokenizer.model", "vocab.json")):
        raise ModelFormatError(f"{folder} has no tokenizer file (tokenizer.json or a vocabulary). Download it again.")
    if not trust_remote_code:
        refuse_unbounded_files(folder, error=ModelFormatError, remedy=_TRUSTED)
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            str(folder), trust_remote_code=trust_remote_code, local_files_only=True, **settings.tokenizer
        )
    except BaseException as error:  # tokenizers raises nothing more precise
        if not isinstance(error, Exception) and not is_panic(error):
            raise
        raise ModelFormatError(f"The tokenizer in {folder} cannot be loaded: {error}") from error
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is not None and not trust_remote_code:
        refuse_unbounded(backend, folder, error=ModelFormatError, remedy=_TRUSTED)
    return tokenizer


def _load_transformer(
    folder: Path, device: torch.device, precision: Precision, trust_remote_code: bool, quantization: Any
) -> PreTrainedModel:
    from transformers import AutoModel

    refuse_code(folder)
    files = {"use_safetensors": True, "local_files_only": True}
    placement = {} if quantization is None else {"quantization_config": quantization, "device_map": {"": str(device)}}
    try:
        with without_bars():
            transformer: PreTrainedModel = AutoModel.from_pretrained(
                str(folder), dtype=DTYPES[precision], trust_remote_code=trust_remote_code, **files, **placement
            )
    except (OSError, ValueError, SafetensorError) as error:
        raise ModelFormatError(f"The model in {folder} cannot be loaded: {str(error).strip()}") from error
    if getattr(transformer, "pooler", None) is not None:
        transformer.pooler = None  # type: ignore[assignment]  # BERT's next-sentence head: unused, and it would count as a layer to adapt
    transformer.requires_grad_(False)
    if quantization is None:
        transformer.to(device)  # type: ignore[arg-type]
    return transformer
