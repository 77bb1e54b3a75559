"""Own vectors: what an encoder gave when it was saved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from codequest.adapters.own_vectors import OwnVectors
from codequest.encoders import QueryEncoder
from codequest.errors import AdapterFormatError
from codequest.space import Vectors, normalized

DIM = 96


def encode(texts: Sequence[str], *, noise: float = 0.0) -> Vectors:
    """Unit vectors that depend on the text alone, and noise."""
    drawn = np.stack([np.random.default_rng(list(text.encode())).standard_normal(DIM) for text in texts])
    moved = drawn + noise * np.random.default_rng(1).standard_normal(drawn.shape)
    return normalized(moved.astype(np.float32))


@pytest.mark.parametrize(("noise", "least"), [(0.0, 0.9999), (0.03, 0.998), (0.1, 0.98)])
def test_the_same_encoder_passes(noise: float, least: float) -> None:
    OwnVectors.of(encode).check(lambda texts: encode(texts, noise=noise), dim=DIM, least=least, folder=Path("a"))


def test_another_one_is_refused_with_the_cosine() -> None:
    own = OwnVectors.of(encode)
    for other in (lambda texts: encode(texts, noise=0.3), lambda texts: np.full((2, DIM), np.nan, np.float32)):
        with pytest.raises(AdapterFormatError, match=r"a holds gives other vectors here .* (0\.9|nan).*least 0\.98"):
            own.check(other, dim=DIM, least=0.98, folder=Path("a"))


def test_damaged_ones_are_refused() -> None:
    for own in (OwnVectors((), b""), OwnVectors(("a",), b"123"), OwnVectors(("a",) * 3, b"1" * 3 * 128)):
        with pytest.raises(AdapterFormatError, match=r"own_vectors in the config\.json of a are \d+ bytes"):
            own.check(encode, dim=DIM, least=0.9, folder=Path("a"))


def test_a_folder_whose_tokenizer_was_exchanged_is_refused_even_with_right_digests(tmp_path: Path) -> None:
    folder = QueryEncoder.from_pretrained("static").save_pretrained(tmp_path / "a")
    tokenizer, config = folder / "tokenizer.json", folder / "config.json"
    values = json.loads(tokenizer.read_text(encoding="utf-8"))
    assert values["normalizer"]["lowercase"] is True
    vocabulary = values["model"]["vocab"]
    vocabulary["value"], vocabulary["sort"] = vocabulary["sort"], vocabulary["value"]
    tokenizer.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(AdapterFormatError, match=r"tokenizer\.json is damaged or was changed: its SHA-256"):
        QueryEncoder.from_pretrained(folder)
    settings = json.loads(config.read_text(encoding="utf-8"))
    config.write_text(json.dumps({**settings, "files": {}}), encoding="utf-8")
    with pytest.raises(AdapterFormatError, match="gives other vectors here than where it was saved: cosine 0"):
        QueryEncoder.from_pretrained(folder)
    config.write_text(json.dumps({**settings, "own_vectors": {"texts": ["a"], "vectors": "%"}}), encoding="utf-8")
    with pytest.raises(AdapterFormatError, match=r"base64.*own_vectors\.vectors"):
        QueryEncoder.from_pretrained(folder)
