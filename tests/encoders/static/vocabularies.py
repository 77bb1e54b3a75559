"""Small vocabularies, and what they make of a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from codequest.encoders.static.vocabulary import build_vocabulary
from codequest.progress import silent

TEXTS = ["parse json file"] * 5 + ["read a json file"] * 4 + ["sort by value"] * 3 + ["parse xml"] * 2


def _vocabulary(folder: Path, queries: list[str] = TEXTS, **options: Any) -> Any:
    return build_vocabulary(folder, queries, **{"rows": 300, "max_tokens": 64, "progress": silent, **options})


def _tokens(vocabulary: Any, text: str) -> list[str]:
    return vocabulary.lookup.tokenizer.encode(text).tokens


def _row_texts(vocabulary: Any, query: str) -> list[str]:
    [rows] = vocabulary.lookup.rows([query])
    return [vocabulary.texts[row] for row in rows]
