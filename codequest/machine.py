"""The machine: abilities of its CPU, and versions of the packages that measurements were made with."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from codequest.errors import has_torch
from codequest.version import __version__

_PACKAGES = ("torch", "transformers", "numpy", "ir-measures")
CPU_FILE = Path("/proc/cpuinfo")


def describe_machine() -> dict[str, str]:
    """CPU name, threads that compute, operating system, and the GPU if there is one."""
    machine = {"cpu": cpu_name(), "threads": str(threads()), "system": platform.system()}
    if not has_torch():
        return machine
    import torch

    machine["threads"] = str(torch.get_num_threads())
    if torch.cuda.is_available():
        machine["gpu"] = torch.cuda.get_device_name()
    return machine


def available_cpus() -> int:
    """Number of CPUs that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe_versions() -> dict[str, str]:
    """Versions of Python and of the packages that compute or measure vectors."""
    versions = {"python": platform.python_version(), "codequest": __version__}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:  # torch, where only what runs without it is
            versions[package] = "unknown"
    return versions


def cpu_name() -> str:
    """Name of the processor."""
    if CPU_FILE.is_file():
        for line in CPU_FILE.read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine() or "unknown"


def multiplies_bytes() -> bool:
    """Tell whether this CPU has instructions for products of 8-bit integers (VNNI), as far as Linux says."""
    try:
        flags = set(CPU_FILE.read_text(encoding="utf-8").split())
    except OSError:
        return False
    return bool(flags & {"avx512_vnni", "avx_vnni"})


def threads() -> int:
    """Threads for one query: OMP_NUM_THREADS where it is set, otherwise the CPUs that this process may use."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdigit() and int(asked):
        return int(asked)
    return available_cpus()
