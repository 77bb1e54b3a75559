from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.arguments import did_you_mean, did_you_mean_path, path_given, whole_number
from codequest.errors import InvalidInputError


@pytest.mark.parametrize("value", [3, np.int64(3)])
def test_whole_numbers_may_be_of_numpy(value: Any) -> None:
    assert whole_number(value, "limit", least=3) == 3


@pytest.mark.parametrize("value", [2, 3.0, "3", True, None, [3]])
def test_what_is_no_whole_number_or_too_small_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInputError, match="limit must be a whole number of at least 3, got "):
        whole_number(value, "limit", least=3)


def test_paths_are_str_or_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert path_given("~/a", "The file") == tmp_path / "a"
    assert path_given(Path("a"), "The file") == Path("a")
    assert path_given("~no-such-user/a", "The file") == Path("~no-such-user/a")


@pytest.mark.parametrize("value", [None, "", 5, b"a", ["a"]])
def test_what_is_no_path_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInputError, match="The file must be the path of a file or folder, as a str or a Path"):
        path_given(value, "The file")


def test_the_nearest_choice_is_suggested_where_one_is_near() -> None:
    assert did_you_mean("minilm-lor", ["minilm-lora", "static"]) == " Did you mean 'minilm-lora'?"
    assert did_you_mean("static", ["static"]) == ""
    assert did_you_mean("other", ["minilm-lora", "static"]) == ""


def test_of_a_path_the_first_part_that_is_missing_is_compared(tmp_path: Path) -> None:
    (tmp_path / "data" / "cosqa").mkdir(parents=True)
    assert did_you_mean_path(tmp_path / "data" / "cosq") == " Did you mean 'cosqa'?"
    assert did_you_mean_path(tmp_path / "dat" / "cosqa") == " Did you mean 'data'?"
    assert did_you_mean_path(tmp_path / "data" / "co") == " Did you mean 'cosqa'?"
    assert did_you_mean_path(tmp_path / "elsewhere") == ""
    assert did_you_mean_path(Path("x" * 5000)) == ""
    assert did_you_mean_path(tmp_path / "a\0b" / "c") == ""
