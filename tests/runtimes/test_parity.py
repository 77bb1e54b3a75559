import numpy as np
import pytest

from codequest.errors import ParityError
from codequest.runtimes import PARITY_QUERIES, Parity, check_parity, measure_parity


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_equal_vectors_are_at_parity() -> None:
    vectors = unit(np.random.default_rng(0).standard_normal((30, 8)))
    measured = measure_parity(vectors, vectors)
    assert (measured.cosine, measured.worst, measured.overlap) == pytest.approx((1, 1, 1), abs=1e-6)


def test_cosines_and_overlap_are_what_they_say() -> None:
    angles = np.radians([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110])  # of 12 queries in a plane
    expected = unit(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    turned = angles.copy()
    turned[0] += np.radians(110)  # to the other end: its nearest ten are no longer 1 to 10, but 2 to 11
    measured = measure_parity(unit(np.stack([np.cos(turned), np.sin(turned)], axis=1)), expected)
    assert measured.worst == pytest.approx(np.cos(np.radians(110)), abs=1e-6)
    assert measured.cosine == pytest.approx((11 + np.cos(np.radians(110))) / 12, abs=1e-6)
    assert measured.overlap == pytest.approx((11 + 0.9) / 12)


@pytest.mark.parametrize("figure", ["cosine", "worst", "overlap"])
def test_each_figure_below_its_threshold_is_refused(figure: str) -> None:
    figures = {"cosine": 1.0, "worst": 1.0, "overlap": 1.0}
    check_parity(Parity(**figures), "int8", name="graph")
    for value in (0.5, float("nan")):
        with pytest.raises(ParityError, match=r"graph does not keep .*; int8 must reach cosine 0\.9950, worst 0\.9900"):
            check_parity(Parity(**{**figures, figure: value}), "int8", name="graph")


def test_the_probes_are_distinct_and_of_every_length() -> None:
    assert len(set(PARITY_QUERIES)) == len(PARITY_QUERIES) >= 64
    lengths = sorted(len(query.split()) for query in PARITY_QUERIES)
    assert lengths[0] == 1
    assert lengths[-1] > 20
