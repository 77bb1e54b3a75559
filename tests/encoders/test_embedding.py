"""What is checked of the vectors of every batch."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.encoders import QueryEncoder
from codequest.encoders.embedding import embed_batch, embed_texts
from codequest.errors import InvalidInputError
from codequest.space import Vectors


def test_texts_come_back_in_their_order_batch_by_batch(static: QueryEncoder) -> None:
    texts = ["a long text of many words about entries", "a", "parse a date"]
    told: list[tuple[int, int]] = []
    found = embed_texts(static, texts, 2, lambda done, whole: told.append((done, whole)))
    np.testing.assert_allclose(found, np.concatenate([embed_batch(static, [text]) for text in texts]), atol=1e-6)
    assert told == [(2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda vectors: vectors[:, 1:], r"gave vectors of shape \(2, \d+\) for 2 queries, expected"),
        (lambda vectors: vectors[:1], r"gave vectors of shape \(1, \d+\) for 2 queries"),
        (lambda vectors: vectors * np.float32("nan"), "produced vectors that are not finite"),
    ],
)
def test_other_shapes_and_what_is_not_finite_are_refused(
    spoil: object, message: str, static: QueryEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    good: Vectors = static.embed_batch(["a", "b"])
    monkeypatch.setattr(static, "embed_batch", lambda _: spoil(good))  # type: ignore[operator]
    with pytest.raises(InvalidInputError, match=message):
        embed_batch(static, ["a", "b"])
