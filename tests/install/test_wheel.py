import os
import re
import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
LEFT_OUT = (".*", "*.egg-info", "__pycache__", "build", "dist", "shared")
TORCH = {"torch", "transformers", "peft", "bitsandbytes", "accelerate", "onnx", "onnxscript", "nncf"}

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


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout, outside git."""
    source = tmp_path_factory.mktemp("wheel") / "source"
    shutil.copytree(CHECKOUT, source, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    return source


def built(project: Path, out: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(project)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (wheel,) = out.glob("*-py3-none-any.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    return built(source, source.parent / "full")


@pytest.fixture(scope="module")
def light_wheel(source: Path) -> Path:
    return built(source / "requirements" / "light", source.parent / "light")


def metadata_of(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def files_of(wheel: Path) -> dict[str, int]:
    """Checksums of the package's files."""
    with zipfile.ZipFile(wheel) as archive:
        return {file.filename: file.CRC for file in archive.infolist() if file.filename.startswith("codequest/")}


def requirements(wheel: Path) -> dict[str, set[str]]:
    """Names with their bounds, by extra; those of none under the empty name."""
    found: dict[str, set[str]] = {}
    for line in metadata_of(wheel).get_all("Requires-Dist"):
        requirement, _, marker = line.partition(";")
        extra = re.search(r'extra == "([^"]+)"', marker)
        found.setdefault(extra[1] if extra else "", set()).add(requirement.strip())
    return found


@pytest.mark.slow
def test_the_wheel_built_outside_git_holds_and_imports_every_module(source: Path, wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
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


@pytest.mark.slow
def test_the_light_wheel_is_the_same_package_under_its_own_name(wheel: Path, light_wheel: Path) -> None:
    full, light = metadata_of(wheel), metadata_of(light_wheel)
    assert (full["Name"], light["Name"]) == ("codequest", "codequest-light")
    assert full["Version"] == light["Version"]
    assert full["Requires-Python"] == light["Requires-Python"]
    assert full.get_all("Classifier") == light.get_all("Classifier")
    assert files_of(wheel) == files_of(light_wheel)


@pytest.mark.slow
def test_the_light_wheel_asks_for_torch_in_its_extra_alone(wheel: Path, light_wheel: Path) -> None:
    full, light = requirements(wheel), requirements(light_wheel)
    named = {extra: {re.split(r"[^\w.-]", one)[0] for one in listed} for extra, listed in light.items()}
    assert {extra for extra, names in named.items() if names & TORCH} == {"torch"}
    assert named["torch"] == TORCH - {"accelerate"}  # peft brings it
    assert {extra for extra, names in named.items() if "codequest" in names} == set()
    assert light[""] < full[""]
    bounds = {requirement for listed in full.values() for requirement in listed}
    own = {one.replace("codequest-light[", "codequest[") for listed in light.values() for one in listed}
    assert own <= bounds
    assert set(full) - set(light) == {"all", "demo", "dev", "mteb", "sentence-transformers"}
