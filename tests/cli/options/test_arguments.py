"""Arguments that commands share, and what is refused of them."""

from __future__ import annotations

import pytest

from codequest.errors import CodequestError, DatasetError, InvalidInputError
from tests.cli.commands import run


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (["distill", "missing.txt", "--out", "x"], DatasetError, r"no query file missing\.txt"),
        (
            ["distill", "missing.txt", "--out", "x", "--loss", "cosine=much"],
            InvalidInputError,
            r"Cannot read the weight 'cosine=much'\. Expected NAME or NAME=WEIGHT",
        ),
        (["distill", "missing.txt", "--out", "x", "--loss", "cosin"], InvalidInputError, "Names: cosine, mse"),
        (["evaluate", "x", "--dataset", "a:b:c:d"], InvalidInputError, r"Cannot read the dataset 'a:b:c:d'"),
        (["evaluate", "x", "--dataset", "hub:a:b:c"], InvalidInputError, r"Cannot read the dataset 'hub:a:b:c'"),
        (["export", "static", "--out", "x", "--runtime", "tpu"], InvalidInputError, "runtime must be one of onnx, op"),
        (["info", "no-such-adapter"], CodequestError, "No adapter 'no-such-adapter'"),
    ],
)
def test_bad_input_is_refused(arguments: list[str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        run(*arguments)
