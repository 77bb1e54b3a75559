"""The table that a static encoder starts with."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.encoders.static.starting import StartingTable, TableChoices
from codequest.errors import InvalidInputError, ModelFormatError
from codequest.progress import silent
from codequest.teachers import LocalTeacher
from tests.tiny import QUERIES


def choices(tokenizer: Path | None, **others: Any) -> TableChoices:
    usual: dict[str, Any] = {
        **{"tokenizer": tokenizer and str(tokenizer), "revision": None, "rows": 200, "width": 24, "map": "linear"},
        **{"precision": "fp16", "max_tokens": None, "code": False, "seed": 0},
    }
    return TableChoices(**{**usual, **others})


@pytest.fixture
def teacher(wide_teacher: Path) -> LocalTeacher:
    return LocalTeacher(str(wide_teacher), device="cpu")


@pytest.fixture
def trained(tiny_base: Path, teacher: LocalTeacher) -> StartingTable:
    return choices(tiny_base).begin(teacher, QUERIES * 3, None, silent)


def test_new_rows_are_those_of_the_queries_in_the_space_of_the_teacher(
    trained: StartingTable, teacher: LocalTeacher, tiny_base: Path
) -> None:
    assert (trained.space, trained.tokenizer) == (teacher.space, str(tiny_base.name))
    assert trained.table.tensors["rows"].shape == (len(trained.lookup), 24)
    assert "sort" in trained.lookup.tokenizer.get_vocab()


def test_a_start_gives_its_rows_and_a_new_map(trained: StartingTable, teacher: LocalTeacher) -> None:
    begun = choices(None, rows=None, width=None, map="mlp").begin(teacher, [], trained, silent)
    assert (begun.lookup, begun.tokenizer, begun.table.map) == (trained.lookup, trained.tokenizer, "mlp")
    np.testing.assert_array_equal(begun.table.values()["rows"], trained.table.values()["rows"])


def test_a_start_of_this_space_keeps_its_map_for_code(
    trained: StartingTable, teacher: LocalTeacher, tiny_base: Path
) -> None:
    code = choices(tiny_base, width=None, code=True)
    begun = code.begin(teacher, ["def sort(dict)"] * 5, trained, silent)
    assert begun.lookup.code
    np.testing.assert_allclose(
        begun.table.values()["map.linear.weight"], trained.table.values()["map.linear.weight"], atol=1e-3
    )
    moved = code.begin(teacher, ["def sort(dict)"] * 5, replace(trained, space=replace(teacher.space, dim=9)), silent)
    assert not np.allclose(
        moved.table.values()["map.linear.weight"], trained.table.values()["map.linear.weight"], atol=1e-3
    )


def test_what_a_start_decides_cannot_be_chosen() -> None:
    with pytest.raises(InvalidInputError, match=r"^rows, width cannot be chosen together with a start: .* of static"):
        choices(None).refuse_those_of("static")
    with pytest.raises(InvalidInputError, match=r"^width cannot be chosen together with a start"):
        choices(None, code=True).refuse_those_of("static")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pre_tokenizer": {"type": "FixedLength", "length": 0}}, "cannot read these queries"),
        ({"pre_tokenizer": {"type": "Unknown"}}, "The tokenizer to begin with is damaged"),
    ],
)
def test_a_tokenizer_that_gives_up_is_an_error_of_ours(
    change: dict[str, Any], message: str, teacher: LocalTeacher, tiny_base: Path, tmp_path: Path
) -> None:
    broken = Path(shutil.copytree(tiny_base, tmp_path / "broken"))
    definition = json.loads((broken / "tokenizer.json").read_bytes())
    (broken / "tokenizer.json").write_text(json.dumps({**definition, **change}))
    with pytest.raises(ModelFormatError, match=message):
        choices(broken).begin(teacher, QUERIES, None, silent)
