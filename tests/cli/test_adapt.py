"""``codequest adapt`` on stored vectors of a tiny teacher."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest import QueryEncoder
from codequest.errors import InvalidInputError
from codequest.teachers import LocalTeacher
from tests.adapt.stored import write_stored
from tests.cli.commands import run
from tests.tiny import QUERIES

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")


def test_a_plan_an_adapter_and_a_table(
    tmp_path: Path, adapter: Path, tiny_teacher: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    teacher = LocalTeacher(str(tiny_base), device="cpu")  # the start is of another space
    things = [f"{verb} a {noun}" for verb in ("sort", "read", "open") for noun in ("dict", "file")]
    queries = [f"{thing} {number}" for thing in things for number in range(50)]
    folder = write_stored(tmp_path / "vectors", teacher, queries, [f"def f{number}(): ..." for number in range(40)])
    out = tmp_path / "moved"
    printed = run("adapt", "--teacher", f"vectors:{folder}", "--start", adapter, "--out", out, "--minutes", 60)
    assert f"{teacher.space.teacher}, 32 dimensions" in printed
    assert "300 queries and the functions of 0 pairs" in printed
    assert "30 queries without labels in your 40 documents" in printed
    assert "overlap@10 %" in printed
    assert f"QueryEncoder.from_pretrained('{out}')" in printed
    encoder = QueryEncoder.from_pretrained(out)
    assert encoder.training["start"]["adapter"] == "adapter"
    assert encoder.training["stages"][0]["queries"] in (264, 265)  # of 270; some choose the best checkpoint
    assert (encoder.encode(QUERIES) * teacher.encode_queries(QUERIES)).sum(1).mean() > 0.7


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="--kind must be one of lora, static, got 'mlp'"):
        run("adapt", "--teacher", "some/model", "--out", tmp_path / "out", "--kind", "mlp")
