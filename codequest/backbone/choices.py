"""Settings a model is used with: those of the caller, then of its files, then of the table of known models."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

from codequest.backbone.settings import EmbeddingSettings
from codequest.errors import CodequestWarning, InvalidInputError, ModelFormatError
from codequest.space import EmbeddingSpace, Pooling
from codequest.weights.known import KnownModel, known_models

_NOTHING_KNOWN = KnownModel(sources={})


class ModelWarning(CodequestWarning):
    """Disagreement of the table of known models, a model's files and the caller; says what was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A caller's choices for a model; None leaves it to its files, and to the table where they say nothing.

    Attributes:
        pooling: Way in which token states become one vector.
        dim: Vectors are truncated to this length, before they are normalized (Matryoshka; Kusupati et al., 2022).
        query_prompt: Text before every query, or the name of one of the model's own prompts.
        document_prompt: Text before every document, or the name of one of the model's own prompts.
        max_tokens: Texts are truncated to this many tokens, special tokens included.
    """

    pooling: Pooling | None = None
    dim: int | None = None
    query_prompt: str | None = None
    document_prompt: str | None = None
    max_tokens: int | None = None

    @classmethod
    def of_space(cls, space: EmbeddingSpace) -> Choices:
        """The choices that give this space."""
        return cls(
            pooling=None if space.pooling == "unknown" else space.pooling,
            dim=space.dim,
            query_prompt=space.query_prompt,
            document_prompt=space.document_prompt,
            max_tokens=space.max_tokens,
        )


def settle(files: EmbeddingSettings, model_id: str, choices: Choices) -> EmbeddingSettings:
    """The settings a model is used with.

    Args:
        files: Settings in its files.
        model_id: Its public id, for a look into the table of known models.
        choices: Settings of the caller.

    Raises:
        ModelFormatError: Two of the three say different poolings, and the caller did not decide between the others.
        InvalidInputError: The caller's number of tokens is no positive integer.

    Warns:
        ModelWarning: The files contradict the table in something else, which the files then decide; or the model was
            trained with an instruction before every query, and none was given.
    """
    known = known_models().get(model_id, _NOTHING_KNOWN)
    settings = replace(
        files,
        pooling=_pooling(files, known, choices.pooling, model_id),
        normalized=_agreed(files.normalized, known.normalized, "whether vectors have unit length", model_id),
        query_prompt=_prompt(files, "query", choices.query_prompt, known.query_prompt, model_id),
        document_prompt=_prompt(files, "document", choices.document_prompt, known.document_prompt, model_id),
        max_tokens=_max_tokens(files, known, choices.max_tokens, model_id),
        token_limit=known.max_tokens,
    )
    if known.query_template and not settings.query_prompt and choices.query_prompt is None:
        _warn(
            f"{model_id} was trained with an instruction before every query, {known.query_template!r}, and neither its "
            "files nor you give one: queries are embedded without. Give query_prompt='…', or '' if that is meant."
        )
    return settings


def known_facts(model_id: str) -> KnownModel:
    """Known facts about a model; nothing about one that is not in the table."""
    return known_models().get(model_id, _NOTHING_KNOWN)


def checked_dim(model_id: str, full: int, dim: int | None) -> int | None:
    """The length to truncate vectors to; None when they are used whole.

    Args:
        model_id: The model's public id.
        full: Length of its vectors.
        dim: Length that the caller asked for.

    Raises:
        ModelFormatError: The table knows another length of this model's vectors.
        InvalidInputError: The caller asked for more than there is, or for nothing.

    Warns:
        ModelWarning: A known model was not trained to be truncated to this length.
    """
    known = known_facts(model_id)
    if known.dim not in (None, full):
        raise ModelFormatError(
            f"The vectors of this model have {full} dimensions, but those of {model_id} have {known.dim} "
            f"({known.sources['dim']}). Is it another model under that name? Then give it a folder of its own name."
        )
    if dim is None or dim == full:
        return None
    if type(dim) is not int or not 1 <= dim < full:
        raise InvalidInputError(f"dim must be a whole number from 1 to {full}, the model's own, got {dim!r}.")
    if known.sources and known.mrl != "any" and dim not in (known.mrl or ()):
        trained = f"only to {', '.join(map(str, known.mrl))}" if known.mrl else "as far as is known not at all"
        _warn(f"{model_id} was not trained to be truncated to {dim} dimensions ({trained}): measure what that costs.")
    return dim


def _pooling(files: EmbeddingSettings, known: KnownModel, chosen: Pooling | None, model_id: str) -> Pooling | None:
    if chosen is not None and files.pooling not in (None, chosen):
        raise ModelFormatError(
            f"pooling={chosen!r} was asked for, but the files of {files.transformer} say {files.pooling!r}. "
            "Leave it out to use the model as it was trained."
        )
    said = files.pooling or chosen
    if said is None or known.pooling in (None, said):
        return said or known.pooling
    who = "you" if files.pooling is None else "its files"
    says = f"{model_id} is known to pool by {known.pooling!r} ({known.sources['pooling']}), but {who} say {said!r}"
    if chosen is None:
        raise ModelFormatError(f"{says}. Decide with pooling={said!r}, or download the model again.")
    _warn(f"{says}, which is used.")
    return said


def _prompt(files: EmbeddingSettings, side: str, chosen: str | None, known: str | None, model_id: str) -> str | None:
    if chosen is not None:
        return files.prompts.get(chosen, chosen)
    stated = files.query_prompt if side == "query" else files.document_prompt
    prompt: str | None = _agreed(stated, known, f"the prompt of a {side}", model_id)
    return prompt


def _max_tokens(files: EmbeddingSettings, known: KnownModel, chosen: int | None, model_id: str) -> int | None:
    if chosen is None:
        if files.max_tokens is not None:
            _agreed(files.max_tokens, known.max_tokens, "how many tokens are read", model_id)
        return files.max_tokens
    if type(chosen) is not int or chosen < 1:
        raise InvalidInputError(f"max_tokens must be a positive whole number, got {chosen!r}.")
    return chosen


def _agreed(stated: Any, known: Any, what: str, model_id: str) -> Any:
    """Value that the files state; the known one where they state nothing."""
    if stated is None:
        return known
    if known not in (None, stated):
        _warn(f"The files of {model_id} say {stated!r} of {what}, but {known!r} is known: {stated!r} is used.")
    return stated


def _warn(message: str) -> None:
    warnings.warn(message, ModelWarning, stacklevel=2)
