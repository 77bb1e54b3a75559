"""A model that there is only as an ONNX graph, as a teacher: no torch, and no conversion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import get_args
from urllib.parse import parse_qsl

import numpy as np

from codequest.backbone.choices import Choices, settle
from codequest.errors import InvalidInputError, ModelFormatError
from codequest.space import UNIT_TOLERANCE, EmbeddingSpace, Pooling, Side, Vectors
from codequest.teachers.base import Teacher
from codequest.teachers.onnx.files import find_files
from codequest.teachers.onnx.graph import PooledGraph

OPTIONS = ("pooling", "query_prompt", "document_prompt", "max_tokens")


class OnnxTeacher(Teacher):
    """A model as an ONNX graph, run by ONNX Runtime on the CPU.

    The graph gives one vector per text, such as ``sentence_embedding``, or one per token, which are pooled as the
    files of sentence-transformers next to it say. These also say prompts, length and normalisation.

    Args:
        folder: Holds ``model.onnx`` or ``onnx/model.onnx``, as one file, and ``tokenizer.json``; or a graph.
        pooling: Needed where the graph does not pool and no file says how.
        query_prompt: Text before every query, or the name of one of the model's own prompts; as the files say by
            default.
        document_prompt: The same for documents.
        max_tokens: Truncate texts to this many tokens; as the files say by default.

    Raises:
        WeightsNotFoundError: There is no such folder, or no graph in it.
        ModelFormatError: A file is missing or malformed, none says how to pool, or there are layers after the graph.
        AdapterFormatError: The graph keeps its weights in another file.
        MissingDependencyError: ONNX Runtime is not installed.
        InvalidInputError: An option that cannot be.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        pooling: Pooling | None = None,
        query_prompt: str | None = None,
        document_prompt: str | None = None,
        max_tokens: int | None = None,
    ) -> None:
        if pooling not in (None, *get_args(Pooling)[:-1]):
            raise InvalidInputError(f"pooling must be one of {', '.join(get_args(Pooling)[:-1])}, got {pooling!r}.")
        files = find_files(folder)
        choices = Choices(
            pooling=pooling, query_prompt=query_prompt, document_prompt=document_prompt, max_tokens=max_tokens
        )
        settings = settle(files.settings, files.folder.name, choices)
        self._graph = PooledGraph(files.graph)
        self._reader = files.reader(settings.max_tokens)
        self._tokenizing = Lock()
        self._pooling = None if self._graph.pools else settings.pooling
        if not self._graph.pools and (self._pooling is None or settings.dense):
            raise ModelFormatError(
                f"{files.graph} gives vectors of tokens, "
                + (
                    "and no file says how they are pooled. Say it with pooling='mean', 'cls' or 'last', or "
                    f"onnx:{folder}?pooling=mean; the model's documentation tells which."
                    if self._pooling is None
                    else f"and {files.folder} has dense layers after the pooling. Export the whole model, up to "
                    "sentence_embedding."
                )
            )
        probed = self._embed(["How long is a vector?"])
        unit = abs(float(np.linalg.norm(probed)) - 1) < UNIT_TOLERANCE
        self._space = EmbeddingSpace(
            teacher=f"onnx:{files.folder.name}",
            revision=files.revision(),
            dim=probed.shape[1],
            normalized=unit if settings.normalized is None else settings.normalized,
            pooling=self._pooling or "unknown",
            query_prompt=settings.query_prompt or "",
            document_prompt=settings.document_prompt or "",
            max_tokens=self._reader.max_tokens,
        )

    @classmethod
    def from_name(cls, name: str) -> OnnxTeacher:
        """A teacher by a name such as ``"models/bge-small"`` or ``"models/bge-small?pooling=cls"``.

        Raises:
            InvalidInputError: An option is unknown or no number; otherwise as the class.
        """
        folder, _, query = name.partition("?")
        options = dict(parse_qsl(query, keep_blank_values=True))
        unknown = sorted({*options} - {*OPTIONS})
        length = options.pop("max_tokens", None)
        if unknown or (length is not None and not length.isdecimal()):
            raise InvalidInputError(
                f"Cannot read the options of onnx:{name}. Expected {', '.join(OPTIONS)}, the last one with a number."
            )
        return cls(folder, **options, max_tokens=None if length is None else int(length))  # type: ignore[arg-type]

    @property
    def space(self) -> EmbeddingSpace:
        return self._space

    def token_counts(self, texts: Sequence[str], side: Side) -> list[int]:
        prompt = self._space.prompt(side)
        with self._tokenizing:
            counts = self._reader.token_counts([prompt + text for text in texts])
        return [min(max(1, count), self._reader.max_tokens) for count in counts]

    def embed_batch(self, texts: Sequence[str], side: Side) -> Vectors:
        prompt = self._space.prompt(side)
        return self._embed([prompt + text for text in texts])

    def _embed(self, texts: Sequence[str]) -> Vectors:
        with self._tokenizing:
            input_ids, attention_mask, _ = self._reader.read(texts)
        return self._graph.embed(input_ids, attention_mask, self._pooling)
