"""An index that the teacher made, in a real store, searched by an encoder through the examples."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from codequest import QueryEncoder
from codequest.space import Vectors
from tests.integrations.stores.conftest import LANGUAGES, NAME

ROOT = Path(__file__).parents[3]
QUESTION = "open a file"


def arguments(kind: str, folder: Path, adapter: Path) -> list[str]:
    place = [folder / "index.faiss", folder / "texts.txt"] if kind == "faiss" else [folder, NAME]
    return list(map(str, [ROOT / "examples" / f"{kind}_search.py", adapter, *place, QUESTION]))


@pytest.mark.parametrize("language", [None, "go"])
def test_the_encoder_finds_in_the_store_what_exact_search_finds(
    filled: tuple[str, Path],
    static_folder: Path,
    document_vectors: Vectors,
    language: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program = [*arguments(*filled, static_folder), *([language] if language else [])]
    monkeypatch.setattr(sys, "argv", program)
    runpy.run_path(program[0], run_name="__main__")
    hits = [line.split() for line in capsys.readouterr().out.splitlines()]
    scores = document_vectors @ QueryEncoder.from_pretrained(static_folder).encode(QUESTION)
    allowed = [row for row, name in enumerate(LANGUAGES) if language in (None, name)]
    expected = sorted(allowed, key=lambda row: -scores[row])[:5]
    assert [int(number) for _, number, *_ in hits] == expected
    assert [float(score) for score, *_ in hits] == pytest.approx(scores[expected], abs=1e-3)
    assert np.ptp(scores) > 0.1  # the documents differ enough for the order to mean something
