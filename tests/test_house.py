"""The rooms: imports flow one way, and the guide lists them truly."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "codequest"
MOST_FILES = 25


def contract() -> list[str]:
    """The rooms of the import contract, from the ground up."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = settings["tool"]["importlinter"]["contracts"]
    return [name.removeprefix("codequest.") for name in reversed(layers["layers"])]


def modules() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if "pretrained" not in path.parts]


def test_imports_flow_one_way() -> None:
    pytest.importorskip("importlinter")
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "1 kept, 0 broken" in result.stdout, result.stdout + result.stderr


def test_the_guide_lists_the_rooms_of_the_contract_in_their_order() -> None:
    guide = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    section = guide.split("## Where things are")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    assert [name for cell in cells for name in re.findall(r"`(\w+)`", cell)] == contract()


def test_every_room_is_in_the_contract() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert folders | files == set(contract())


@pytest.mark.parametrize("top", ["codequest", "tests", "examples"])
def test_no_folder_is_crowded(top: str) -> None:
    counts = Counter(path.parent for path in (ROOT / top).rglob("*.py"))
    assert {str(folder): count for folder, count in counts.items() if count > MOST_FILES} == {}


def test_a_class_name_exists_once() -> None:
    found: dict[str, list[str]] = {}
    for path in modules():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def private_names_of_others(tree: ast.AST) -> Iterator[str]:
    """Private attributes that are not of the test's own `self`, private imports of codequest, and what is patched."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr) and ast.unparse(node.value) not in ("self", "cls"):
            yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("codequest"):
            yield from (f"{node.module}.{name.name}" for name in node.names if is_private(name.name))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("getattr", "setattr"):
            given = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
            yield from (name for name in map(str, given) if any(map(is_private, name.split("."))))


def test_no_test_reaches_into_what_is_private() -> None:
    """A name that tests need, such as a limit that they lower, is public in its module."""
    found = {
        path.relative_to(ROOT).as_posix(): set(private_names_of_others(ast.parse(path.read_text(encoding="utf-8"))))
        for path in (ROOT / "tests").rglob("*.py")
    }
    assert {path: names for path, names in found.items() if names - {"os._exit"}} == {}
    example = "one._a; self._b; from codequest.x import _c; patch.setattr(thing, '_d', 1); patch.setattr('a._e', 1)"
    assert set(private_names_of_others(ast.parse(example))) == {"one._a", "codequest.x._c", "_d", "a._e"}
