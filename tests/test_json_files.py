"""JSON that others wrote."""

from __future__ import annotations

import ast
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import DatasetError
from codequest.json_files import parse_json, read_bytes, read_json

PACKAGE = Path(__file__).resolve().parents[1] / "codequest"


@dataclass
class Shelf:
    name: str
    sizes: dict[str, int] = field(default_factory=dict)


def read(path: Path) -> Shelf:
    return read_json(path, Shelf, error=DatasetError, remedy="Write it again.")


def test_what_fits_is_an_instance_and_other_keys_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "shelf.json"
    path.write_text('{"name": "oak", "sizes": {"width": 80}, "color": "red"}', encoding="utf-8")
    assert read(path) == Shelf("oak", {"width": 80})
    (tmp_path / "link.json").symlink_to(path)
    assert read(tmp_path / "link.json") == Shelf("oak", {"width": 80})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"name": "oak", "sizes": {"width": "80"}}', r"Expected `int`, got `str` - at `\$\.sizes\[\.\.\.\]`"),
        (b'{"name": "oak", "sizes": {"width": true}}', "Expected `int`, got `bool`"),
        (b'{"name": null}', r"Expected `str`, got `null` - at `\$\.name`"),
        (b"{}", "Object missing required field `name`"),
        (b"[]", "Expected `object`, got `array`"),
        (b"", "holds no JSON: Expecting value"),
        (b'{"name": "oak"', "holds no JSON"),
        (b'{"name": "\xff"}', "holds no JSON: it is no UTF-8"),
        (b"[" * 200_000 + b"]" * 200_000, "nested too deeply"),
        (b'{"name": "oak", "sizes": {"width": ' + b"9" * 5000 + b"}}", "holds no JSON: Exceeds the limit"),
    ],
)
def test_what_does_not_fit_says_where_and_what_to_do(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "shelf.json"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=rf"shelf\.json .*{says}.* Write it again\.$"):
        read(path)


def test_only_a_regular_file_of_bounded_size_is_read(tmp_path: Path) -> None:
    path = tmp_path / "shelf.json"
    with pytest.raises(DatasetError, match=r"shelf\.json is missing\. Write it again"):
        read(path)
    path.write_bytes(b" " * 101)
    with pytest.raises(OSError, match="it has 101 bytes, expected at most 100"):
        read_bytes(path, most_bytes=100)
    assert read_bytes(path, most_bytes=101) == b" " * 101
    path.unlink()
    os.mkfifo(path)  # opening it would wait for a writer
    with pytest.raises(DatasetError, match="cannot be read: it is no regular file"):
        read(path)


def test_a_line_is_parsed_as_python_writes_it() -> None:
    values: Any = {"text": "\ud83d", "score": float("inf")}
    assert parse_json(json.dumps(values), where="line 1", error=DatasetError, remedy="") == values


def test_nothing_else_in_the_package_parses_json() -> None:
    """Of files, that is: what a server or a process answers has checks of its own."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("load", "loads") and ast.unparse(node.value) == "json":
                found.add(path.relative_to(PACKAGE).as_posix())
    answers = {"bench/process.py", "bench/worker.py", "integrations/server/bodies.py"}
    assert found == {
        "json_files.py",
        "search/answers/endpoint.py",
        "search/mcp/lines.py",
        "teachers/api/client.py",
        *answers,
    }
