"""Lines of files, and the links among them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from codequest.data import load_queries
from codequest.data.lines import numbered_lines, refuse_outside
from codequest.errors import DatasetError


def test_lines_have_their_numbers_and_blank_ones_are_left_out(tmp_path: Path) -> None:
    for name, content in (("a.txt", b"\xef\xbb\xbfone\n\n two\n"), ("a.gz", gzip.compress(b"one\n\n two\n"))):
        (tmp_path / name).write_bytes(content)
        assert list(numbered_lines(tmp_path / name)) == [(1, "one\n"), (3, " two\n")]


def test_the_links_of_a_snapshot_of_the_hub_are_read(tmp_path: Path) -> None:
    snapshot, blobs = tmp_path / "snapshots" / "c0ffee", tmp_path / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    (blobs / "0").write_text('"sort"\n"greek"\n', encoding="utf-8")
    (snapshot / "queries.jsonl").symlink_to(Path("..", "..", "blobs", "0"))
    assert load_queries(snapshot) == ["sort", "greek"]


def test_a_link_to_elsewhere_is_refused_wherever_the_folder_is_named_from(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (tmp_path / "data" / "queries.txt").symlink_to("../secret")
    (tmp_path / "named").symlink_to("data")
    with pytest.raises(DatasetError, match=r"outside of .*named, and is not read"):
        refuse_outside(tmp_path / "named" / "queries.txt", tmp_path / "named")
    (tmp_path / "data" / "own.txt").write_text("own", encoding="utf-8")
    own = tmp_path / "named" / "own.txt"
    assert refuse_outside(own, tmp_path / "named") == own
