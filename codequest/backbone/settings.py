"""How a model wants to be used, read from the files that come with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codequest.errors import ModelFormatError
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
_QUERY_PROMPTS = ("query",)
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingSettings:
    """What sentence-transformers files say about a model.

    Attributes:
        pooling: How token states become one vector; None when no file says so.
        normalized: Whether the model ends with a normalisation.
        max_tokens: Truncation length; None when no file says so.
        lower_case: Whether texts are lower-cased before they are tokenized.
        query_prompt: Text before every query.
        document_prompt: Text before every document.
        dense: Folders of the dense layers between pooling and normalisation, in order.
        transformer: Folder of the transformer's own files.
    """

    pooling: Pooling | None
    normalized: bool
    max_tokens: int | None
    lower_case: bool
    query_prompt: str
    document_prompt: str
    dense: tuple[Path, ...]
    transformer: Path


def read_settings(folder: Path) -> EmbeddingSettings:
    """Read modules.json and what it points to.

    Args:
        folder: A sentence-transformers folder, or a plain transformers folder.

    Returns:
        The settings; for a plain folder nothing but defaults, with pooling None.

    Raises:
        ModelFormatError: A file is malformed, or asks for something codequest does not have.
    """
    pooling: Pooling | None = None
    normalized, dense, transformer = False, [], folder
    for name, path in _read_modules(folder):
        if name == "Transformer":
            transformer = path
        elif name == "Pooling":
            pooling = _read_pooling(path / "config.json")
        elif name == "Dense":
            dense.append(path)
        elif name == "Normalize":
            normalized = True
        else:
            raise ModelFormatError(
                f"{folder / 'modules.json'} uses the module {name!r}. "
                "codequest reads Transformer, Pooling, Dense and Normalize."
            )
    encoder = read_json(transformer / "sentence_bert_config.json", default={})
    query_prompt, document_prompt = _read_prompts(read_json(folder / "config_sentence_transformers.json", default={}))
    return EmbeddingSettings(
        pooling=pooling,
        normalized=normalized,
        max_tokens=encoder.get("max_seq_length"),
        lower_case=bool(encoder.get("do_lower_case")),
        query_prompt=query_prompt,
        document_prompt=document_prompt,
        dense=tuple(dense),
        transformer=transformer,
    )


def read_json(path: Path, *, default: Any = None) -> Any:
    """Contents of a JSON file; the default when there is one and the file is missing.

    Raises:
        ModelFormatError: The file is missing without a default, holds no JSON, or not an object: with a default,
            not something of its type.
    """
    expected = dict if default is None else type(default)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if default is not None:
            return default
        raise ModelFormatError(f"{path} is missing.") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ModelFormatError(f"{path} holds no JSON: {error}. Download the model again.") from error
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
        return [(entry["type"].rsplit(".", 1)[-1], folder / entry["path"]) for entry in read_json(path, default=[])]
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelFormatError(f"{path} is malformed: every module needs a type and a path ({error!r}).") from error


def _read_pooling(path: Path) -> Pooling:
    config = read_json(path)
    modes = config.get("pooling_mode") or [mode for flag, mode in _LEGACY_POOLING_FLAGS.items() if config.get(flag)]
    modes = [modes] if isinstance(modes, str) else list(modes)
    if len(modes) != 1 or modes[0] not in _POOLING_MODES:
        raise ModelFormatError(f"{path} asks for pooling {modes}; codequest has one of {', '.join(_POOLING_MODES)}.")
    if config.get("include_prompt") is False:
        raise ModelFormatError(f"{path} leaves the prompt out of the pooling, which codequest cannot do.")
    return _POOLING_MODES[modes[0]]


def _read_prompts(config: Mapping[str, Any]) -> tuple[str, str]:
    """The two prompts, by the names that sentence-transformers' encode_query and encode_document look for.

    As there, default_prompt_name has no part in it: it is for encode(), which knows no sides.
    """
    prompts = config.get("prompts") or {}

    def first(names: tuple[str, ...]) -> str:
        return str(next((prompts[name] for name in names if prompts.get(name)), ""))

    return first(_QUERY_PROMPTS), first(_DOCUMENT_PROMPTS)
