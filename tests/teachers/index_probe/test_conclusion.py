"""What is concluded where nothing fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from codequest.errors import SpaceMismatchError
from codequest.teachers import LocalTeacher, probe_index
from tests.teachers.index_probe.indexes import TEXTS, of
from tests.tiny import build_model


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda index: np.roll(index, 1, axis=0),
            r"not of these texts: 2. of 24 texts have their",
        ),
        (lambda index: np.repeat(index, 2, axis=1), "did not make these vectors: they have 64 dimensions, its own 32"),
        (lambda index: np.random.default_rng(1).standard_normal(index.shape), "did not make.*the same model gives 1"),
    ],
)
def test_what_the_teacher_did_not_make_of_these_texts_is_refused(
    teacher: LocalTeacher, index: npt.NDArray[Any], change: Callable[[npt.NDArray[Any]], npt.NDArray[Any]], says: str
) -> None:
    probe = probe_index(change(index), TEXTS, teacher)
    assert (probe.verdict, probe.options) == ("mismatch", {})
    with pytest.raises(SpaceMismatchError, match=says):
        probe.check()


def test_another_model_of_the_same_shape_is_refused(tmp_path: Path, index: npt.NDArray[Any]) -> None:
    other = LocalTeacher(str(build_model(tmp_path / "other", seed=7)), device="cpu")
    probe = probe_index(index, TEXTS, other)
    assert probe.verdict == "mismatch"
    assert probe.nearest < 0.9
    assert probe.says.startswith("other did not make these vectors")


def test_a_prompt_that_nobody_knows_is_asked_for(teacher: LocalTeacher, folder: Path) -> None:
    probe = probe_index(of(folder, prompt="x "), TEXTS, teacher)
    assert probe.verdict == "mismatch"
    assert 0.7 < probe.nearest < 0.99
    assert "a prompt that was not tried: if you know that, give it with LocalTeacher('model', document_p" in probe.says
