import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
LEFT_OUT = (".*", "*.egg-info", "__pycache__", "build", "dist", "shared")

IMPORT_ALL = """
import importlib, pkgutil, sys
import codequest
assert codequest.__file__.startswith(sys.argv[1]), codequest.__file__
for module in pkgutil.walk_packages(codequest.__path__, "codequest."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
    print(module.name)
for name in codequest.__all__:
    getattr(codequest, name)
"""


def _modules(root: Path) -> set[str]:
    found = {path.relative_to(root).with_suffix("") for path in (root / "codequest").rglob("*.py")}
    names = {".".join(path.parts).removesuffix(".__init__") for path in found}
    return names - {"codequest"}


@pytest.mark.slow
def test_the_wheel_built_outside_git_holds_and_imports_every_module(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    shutil.copytree(CHECKOUT, source, ignore=shutil.ignore_patterns(*LEFT_OUT))
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "wheels"), "."]
    subprocess.run(build, cwd=source, check=True, capture_output=True, timeout=300)
    (wheel,) = (tmp_path / "wheels").glob("codequest-*-py3-none-any.whl")
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(target), str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=300)

    inside = {path.relative_to(target) for path in (target / "codequest").rglob("*") if path.is_file()}
    shipped = {path.relative_to(source) for path in (source / "codequest").rglob("*") if path.is_file()}
    assert {path for path in inside if "__pycache__" not in path.parts} == shipped  # data files and py.typed too

    output = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, str(target)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(target)},
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout
    assert set(output.split()) == _modules(source)
