"""Texts and vectors in JSON that people export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import TeacherError
from codequest.teachers import read_vectors


def test_as_many_names_as_records_take_no_square_of_their_number(tmp_path: Path) -> None:
    """As a list for each name they were 3.6 billion values."""
    lines = [json.dumps({f"n{number}": "a"}) for number in range(60_000)]
    (tmp_path / "v.jsonl").write_text("\n".join([*lines, '{"vector": [1, 0], "text": "b"}']), encoding="utf-8")
    with pytest.raises(TeacherError, match=r"60000 of 60001 rows .* have no vector in 'vector'"):
        read_vectors(tmp_path / "v.jsonl")
    (tmp_path / "v.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(TeacherError, match="which column holds the vectors") as caught:
        read_vectors(tmp_path / "v.jsonl", text_column="n0")
    assert len(str(caught.value)) < 1000


def test_fields_in_fields_are_read_to_a_depth(tmp_path: Path) -> None:
    """Each level repeats the names of all above it."""

    def nested(depth: int) -> dict[str, Any]:
        record: dict[str, Any] = {"text": "a", "vector": [1.0, 0.0]}
        for _ in range(depth - 1):
            record = {"inner": record}
        return record

    path = tmp_path / "v.json"
    path.write_text(json.dumps([nested(16)]), encoding="utf-8")
    assert read_vectors(path)[0] == ["a"]
    path.write_text(json.dumps([nested(17)]), encoding="utf-8")
    with pytest.raises(TeacherError, match="fields in each other more than 16 deep"):
        read_vectors(path)
