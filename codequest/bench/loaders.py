"""Loaders of workers, by name: each gives the function that embeds a list of texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codequest.encoders.quantized.ways import QuantizedPrecision
    from codequest.space import Vectors

Encode = Callable[[Sequence[str]], "Vectors"]


def teacher(source: str, *, revision: str | None = None) -> Encode:
    """The query side of a teacher in torch, fp32."""
    from codequest.teachers import LocalTeacher

    return LocalTeacher(source, revision=revision, device="cpu").encode_queries


def documents(source: str) -> Encode:
    """The document side of a teacher by its name, as `codequest.load_teacher` reads it."""
    from codequest.teachers import load_teacher

    return load_teacher(source).encode_documents


def encoder(source: str) -> Encode:
    """An adapter or an exported form of one: a folder, a shipped adapter or a repository."""
    from codequest.encoders import QueryEncoder

    return QueryEncoder.from_pretrained(source, device="cpu").encode


def quantized(source: str, *, precision: QuantizedPrecision, revision: str | None = None) -> Encode:
    """A teacher in low precision."""
    from codequest.encoders import QuantizedQueryEncoder
    from codequest.teachers import LocalTeacher

    space = LocalTeacher(source, revision=revision, device="cpu").space
    return QuantizedQueryEncoder.create(space=space, precision=precision, weights=source, device="cpu").encode


def bare(source: str) -> Encode:
    """An exported encoder's graph after its tokenizer, and nothing else: what `encode` is compared with."""
    import numpy as np

    from codequest.adapters.folder import read_config
    from codequest.errors import AdapterFormatError
    from codequest.runtimes import open_session
    from codequest.runtimes.readers import TOKENIZER_FILE
    from codequest.runtimes.tokenizer_file import read_tokenizer_file

    config = read_config(Path(source))
    settings = config.encoder
    path, prompt = Path(source) / TOKENIZER_FILE, settings["prompt"]
    tokenizer = read_tokenizer_file(path, error=AdapterFormatError, remedy="Export it again.")
    session = open_session(Path(source), settings["runtime"], settings["precision"], dim=config.space.dim)

    def embed(texts: Sequence[str]) -> Vectors:
        encoded = tokenizer.encode_batch([prompt + text for text in texts])
        ids = np.array([encoding.ids for encoding in encoded])  # (batch, tokens)
        return session.run(ids, np.array([encoding.attention_mask for encoding in encoded]))

    return embed
