"""An index that the teacher made, in a real store, searched by an encoder through the examples."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from codequest import QueryEncoder
from codequest.space import Vectors
from tests.integrations.stores.conftest import LANGUAGES, NAME

ROOT = Path(__file__).parents[3]
QUESTION = "open a file"


def found(kind: str, folder: Path, adapter: Path, *only: str) -> list[tuple[float, int]]:
    place = [folder / "index.faiss", folder / "texts.txt"] if kind == "faiss" else [folder, NAME]
    example = ROOT / "examples" / f"{kind}_search.py"
    command = [sys.executable, example, adapter, *place, QUESTION, *only]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    lines = (line.split() for line in result.stdout.splitlines())
    return [(float(score), int(number)) for score, number, *_ in lines]


@pytest.mark.parametrize("language", [None, "go"])
def test_the_encoder_finds_in_the_store_what_exact_search_finds(
    filled: tuple[str, Path], static_folder: Path, document_vectors: Vectors, language: str | None
) -> None:
    kind, folder = filled
    scores = document_vectors @ QueryEncoder.from_pretrained(static_folder).encode(QUESTION)
    allowed = [row for row, name in enumerate(LANGUAGES) if language in (None, name)]
    expected = sorted(allowed, key=lambda row: -scores[row])[:5]
    hits = found(kind, folder, static_folder, *([language] if language else []))
    assert [number for _, number in hits] == expected
    assert [score for score, _ in hits] == pytest.approx(scores[expected], abs=1e-3)
    assert np.ptp(scores) > 0.1  # the documents differ enough for the order to mean something
