"""Start of a static encoder from a trained one: what its tokens and pairs are worth is known already."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from codequest.encoders.static.lookup import UNKNOWN, RowLookup


def inherited_values(
    lookup: RowLookup, trained: RowLookup, values: dict[str, npt.NDArray[np.float32]]
) -> dict[str, npt.NDArray[np.float32]]:
    """Values of a new table: a text has the vector that the trained table gives it, as far as tokens tell.

    A token that the trained table lacks is the sum of those it is split into there. A pair that it lacks adds nothing,
    until training says otherwise, and has the weight that the trained pairs have on average.

    Args:
        lookup: Of the new table.
        trained: Of the trained one.
        values: Its rows, weights and map.

    Returns:
        The same values for the new rows.
    """
    rows, weights = values["rows"], values["weights"]
    known = trained.tokenizer.get_vocab()
    tokens = sorted(lookup.tokenizer.get_vocab().items(), key=lambda item: item[1])
    parts = [_parts(token, trained, known) for token, _ in tokens]
    pairs = {pair: len(known) + number for number, pair in enumerate(map(tuple, trained.bigrams.tolist()))}
    found = [pairs.get((known.get(tokens[first][0]), known.get(tokens[second][0]))) for first, second in lookup.bigrams]
    usual = float(weights[len(known) :].mean()) if pairs else 1.0
    new_weights = [float(weights[part].mean()) for part in parts]
    new_rows = [
        (weights[part][:, None] * rows[part]).sum(0) / weight if len(part) > 1 and weight else rows[part].sum(0)
        for part, weight in zip(parts, new_weights, strict=True)
    ]
    new_rows += [np.zeros_like(rows[0]) if row is None else rows[row] for row in found]
    new_weights += [usual if row is None else float(weights[row]) for row in found]
    return {**values, "rows": np.stack(new_rows), "weights": np.array(new_weights, dtype=np.float32)}


def _parts(token: str, trained: RowLookup, known: dict[str, int]) -> list[int]:
    """Rows of the trained table that a token has there."""
    if token in known:
        return [known[token]]
    ids: list[int] = trained.tokenizer.encode(token.removeprefix("##"), add_special_tokens=False).ids
    return ids or [UNKNOWN]
