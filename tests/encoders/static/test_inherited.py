"""A new table that begins with what a trained one knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.encoders.static.inherited import inherited_values
from codequest.encoders.static.lookup import RowLookup
from tests.encoders.static.vocabularies import _vocabulary

CODE = ["def parseJson(jsonFile): jsonFile.read()"] * 6 + ["parse_json(file)"] * 4


@pytest.fixture
def trained(tiny_base: Path) -> RowLookup:
    lookup: RowLookup = _vocabulary(tiny_base).lookup
    return lookup


@pytest.fixture
def values(trained: RowLookup) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    rows = random.standard_normal((len(trained), 8)).astype(np.float32)
    weights = random.uniform(0.1, 1, len(trained)).astype(np.float32)
    return {"rows": rows, "weights": weights, "map.linear.bias": np.ones(3, dtype=np.float32)}


def weighted(lookup: RowLookup, values: dict[str, np.ndarray], rows: list[int]) -> np.ndarray:
    return (values["weights"][rows][:, None] * values["rows"][rows]).sum(0)


def test_a_token_is_the_sum_of_what_it_was_split_into(
    tiny_base: Path, trained: RowLookup, values: dict[str, np.ndarray]
) -> None:
    code = _vocabulary(tiny_base, CODE, code=True).lookup
    found = inherited_values(code, trained, values)
    assert found["rows"].shape == (len(code), 8)
    np.testing.assert_array_equal(found["map.linear.bias"], values["map.linear.bias"])
    for token, row in code.tokenizer.get_vocab().items():
        parts = trained.tokenizer.encode(token.removeprefix("##"), add_special_tokens=False).ids or [0]
        parts = [trained.tokenizer.get_vocab().get(token)] if token in trained.tokenizer.get_vocab() else parts
        np.testing.assert_allclose(
            found["weights"][row] * found["rows"][row], weighted(trained, values, parts), rtol=1e-4, atol=1e-5
        )


def test_a_known_pair_keeps_its_row_and_a_new_one_adds_nothing(
    tiny_base: Path, trained: RowLookup, values: dict[str, np.ndarray]
) -> None:
    code = _vocabulary(tiny_base, CODE, code=True).lookup
    found = inherited_values(code, trained, values)
    names = {row: token for token, row in code.tokenizer.get_vocab().items()}
    old = trained.tokenizer.get_vocab()
    known = {tuple(pair): len(old) + number for number, pair in enumerate(trained.bigrams.tolist())}
    kept, new = 0, 0
    for number, (first, second) in enumerate(code.bigrams.tolist()):
        row = found["rows"][len(names) + number]
        before = known.get((old.get(names[first], -1), old.get(names[second], -1)))
        np.testing.assert_array_equal(row, np.zeros(8) if before is None else values["rows"][before])
        kept, new = kept + (before is not None), new + (before is None)
    assert min(kept, new) > 0
