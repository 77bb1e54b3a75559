"""What the machine has."""

import platform
from importlib.metadata import version
from pathlib import Path

import pytest

from codequest import machine
from codequest.machine import threads


def test_threads_are_those_asked_for_or_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert threads() == 3
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 5}, raising=False)
    for nothing in ("", "0", "many"):
        monkeypatch.setenv("OMP_NUM_THREADS", nothing)
        assert threads() == 2


def test_the_cpu_is_named_as_linux_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "CPU_FILE", tmp_path / "cpuinfo")
    assert machine.cpu_name() == (platform.processor() or platform.machine())
    (tmp_path / "cpuinfo").write_text("flags\t: fpu\nmodel name\t: Fast CPU\n", encoding="utf-8")
    assert machine.cpu_name() == "Fast CPU"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("fpu avx2 fma", False), ("fpu avx2 avx_vnni", True), ("avx512f avx512_vnni", True), (None, False)],
)
def test_whether_the_cpu_multiplies_bytes(
    flags: str | None, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if flags is not None:
        (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: {flags}\n", encoding="utf-8")
    monkeypatch.setattr(machine, "CPU_FILE", tmp_path / "cpuinfo")
    assert machine.multiplies_bytes() is expected


def test_versions_are_those_that_are_installed() -> None:
    versions = machine.describe_versions()
    assert (versions["python"], versions["numpy"]) == (platform.python_version(), version("numpy"))
