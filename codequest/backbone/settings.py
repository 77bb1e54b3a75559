"""Settings of a model, read from the files that come with it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codequest.errors import ModelFormatError
from codequest.json_files import read_json as checked_json
from codequest.space import Pooling

_POOLING_MODES: Mapping[str, Pooling] = {"mean": "mean", "cls": "cls", "lasttoken": "last"}
_LEGACY_POOLING_FLAGS: Mapping[str, str] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_lasttoken": "lasttoken",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
}
_ORDER = re.compile("Transformer( Pooling)?( Dense)*( Normalize)?")
_TOKENIZER_OPTIONS = ("add_bos_token", "add_eos_token", "padding_side", "truncation_side")
_QUERY_PROMPTS = ("query",)
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingSettings:
    """Settings of a model in its sentence-transformers files; None where no file says anything.

    Attributes:
        pooling: Way in which token states become one vector.
        normalized: Whether the model ends with a normalisation.
        max_tokens: Truncation length.
        lower_case: Whether texts are lower-cased before they are tokenized.
        query_prompt: Text before every query.
        document_prompt: Text before every document.
        dense: Folders of the dense layers between pooling and normalisation, in order.
        transformer: Folder of the transformer's own files.
        prompts: Every prompt of the model by its name.
        tokenizer: Options that the tokenizer is loaded with, such as an added end token.
        token_limit: Most tokens that the model is known to read, whatever its tokenizer says.
    """

    pooling: Pooling | None
    normalized: bool | None
    max_tokens: int | None
    lower_case: bool
    query_prompt: str | None
    document_prompt: str | None
    dense: tuple[Path, ...]
    transformer: Path
    prompts: Mapping[str, str] = field(default_factory=dict)
    tokenizer: Mapping[str, Any] = field(default_factory=dict)
    token_limit: int | None = None


def read_settings(folder: Path) -> EmbeddingSettings:
    """Read modules.json and what it points to.

    Args:
        folder: A sentence-transformers folder, or a plain transformers folder.

    Returns:
        The settings; for a plain folder nothing.

    Raises:
        ModelFormatError: A file is malformed, or asks for something codequest does not have.
    """
    pooling: Pooling | None = None
    modules, dense, transformer = _read_modules(folder), [], folder
    for name, path in modules:
        if name == "Transformer":
            transformer = path
        elif name == "Pooling":
            pooling = _read_pooling(path / "config.json")
        elif name == "Dense":
            dense.append(path)
    encoder = read_json(transformer / "sentence_bert_config.json", default={})
    tokenizer = encoder.get("processor_kwargs") or encoder.get("tokenizer_args") or {}
    prompts = read_json(folder / "config_sentence_transformers.json", default={}).get("prompts") or {}
    return EmbeddingSettings(
        pooling=pooling,
        normalized=modules[-1][0] == "Normalize" if modules else None,
        max_tokens=tokenizer.get("model_max_length") or encoder.get("max_seq_length"),
        lower_case=bool(encoder.get("do_lower_case")),
        query_prompt=_first(prompts, _QUERY_PROMPTS),
        document_prompt=_first(prompts, _DOCUMENT_PROMPTS),
        dense=tuple(dense),
        transformer=transformer,
        prompts=prompts,
        tokenizer={name: tokenizer[name] for name in _TOKENIZER_OPTIONS if name in tokenizer},
    )


def read_json(path: Path, *, default: Any = None) -> Any:
    """Contents of a JSON file; the default when there is one and the file is missing.

    Raises:
        ModelFormatError: The file is missing without a default, holds no JSON, or not an object: with a default,
            not something of its type.
    """
    expected = dict if default is None else type(default)
    if default is not None and not os.path.lexists(path):
        return default
    values: Any = checked_json(path, object, error=ModelFormatError, remedy="Download the model again.")
    if not isinstance(values, expected):
        raise ModelFormatError(
            f"{path} is malformed: it holds a {type(values).__name__}, expected a {expected.__name__}. "
            "Download the model again."
        )
    return values


def _read_modules(folder: Path) -> list[tuple[str, Path]]:
    """Class name and folder of every sentence-transformers module; none for a plain transformers folder."""
    path = folder / "modules.json"
    try:
        modules = [(entry["type"], folder / entry["path"]) for entry in read_json(path, default=[])]
        names = [name.rsplit(".", 1)[-1] for name, _ in modules]
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelFormatError(f"{path} is malformed: every module needs a type and a path ({error!r}).") from error
    own = [name for name, _ in modules if not name.startswith("sentence_transformers.")]
    if own:
        raise ModelFormatError(
            f"{path} uses {own[0]!r}, a module of the model's own, which codequest cannot rebuild. Embed with "
            "sentence-transformers, and give the vectors to codequest: see VectorsTeacher."
        )
    if modules and not _ORDER.fullmatch(" ".join(names)):
        raise ModelFormatError(
            f"{path} uses the modules {', '.join(map(repr, names))}. codequest reads Transformer, Pooling, Dense and "
            "Normalize in this order, Dense as often as needed."
        )
    return [(name, at) for name, (_, at) in zip(names, modules, strict=True)]


def _read_pooling(path: Path) -> Pooling:
    config = read_json(path)
    modes = config.get("pooling_mode") or [mode for flag, mode in _LEGACY_POOLING_FLAGS.items() if config.get(flag)]
    modes = [modes] if isinstance(modes, str) else list(modes)
    if len(modes) != 1 or modes[0] not in _POOLING_MODES:
        raise ModelFormatError(f"{path} asks for pooling {modes}; codequest has one of {', '.join(_POOLING_MODES)}.")
    if config.get("include_prompt") is False:
        raise ModelFormatError(f"{path} leaves the prompt out of the pooling, which codequest cannot do.")
    return _POOLING_MODES[modes[0]]


def _first(prompts: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """A prompt by the names that sentence-transformers' encode_query and encode_document look for.

    As there, default_prompt_name has no part in it: it is for encode(), which knows no sides. An empty prompt says
    nothing: newer versions write one for every model.
    """
    return next((str(prompts[name]) for name in names if prompts.get(name)), None)
