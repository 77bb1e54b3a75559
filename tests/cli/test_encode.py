"""``codequest encode`` on a tiny adapter."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from codequest import QueryEncoder
from codequest.errors import InvalidInputError
from tests.cli.commands import run


def test_encode_gives_the_encoders_vectors(adapter: Path, tmp_path: Path) -> None:
    expected = QueryEncoder.from_pretrained(adapter).encode(["sort a dict", "read file"])
    for given in ("sort a dict\nread file\n", "sort a dict\r\nread file"):
        lines = [json.loads(line) for line in run("encode", adapter, input=given).splitlines()]
        np.testing.assert_allclose(lines, expected, atol=1e-6)
    out = tmp_path / "vectors.npy"
    run("encode", adapter, "sort a dict", "read file", "--out", out)
    np.testing.assert_array_equal(np.load(out), expected)


def test_a_shipped_adapter_is_meant_whatever_is_in_the_working_directory(
    adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = json.loads(run("encode", "static", "sort a dict"))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(adapter, tmp_path / "static")
    assert json.loads(run("encode", "static", "sort a dict")) == expected
    assert len(json.loads(run("encode", "./static", "sort a dict"))) == 48


@pytest.mark.parametrize(("given", "position"), [("sort a dict\n\nread file\n", 1), ("a\nb\n \t\n", 2), ("\n", 0)])
def test_encode_refuses_a_blank_line_by_its_position(adapter: Path, given: str, position: int) -> None:
    with pytest.raises(InvalidInputError, match=rf"queries\[{position}\] is empty or only whitespace"):
        run("encode", adapter, input=given)


def test_encode_reads_one_query_a_line_whatever_is_in_it(adapter: Path) -> None:
    queries = ["sort\u2028a dict", "read\x0cfile", "open\x85it\x1e"]
    lines = [json.loads(line) for line in run("encode", adapter, input="\n".join(queries)).splitlines()]
    np.testing.assert_allclose(lines, QueryEncoder.from_pretrained(adapter).encode(queries), atol=1e-6)


def test_encode_says_that_it_cannot_write(adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place, reason in ((tmp_path / "file" / "vectors.npy", "File exists|Not a directory"), (tmp_path, "directory")):
        with pytest.raises(InvalidInputError, match=rf"cannot be written to {place}: .*({reason})"):
            run("encode", adapter, "sort a dict", "--out", place)
