"""Plugin of pytest that leaves out what needs packages that are not installed: `make test-light` runs the rest.

A test file is left out when it, or the conftest.py of its folder, cannot be imported for want of one; a test is skipped
when its fixtures, or what it tests, ask for one. `tests/install/test_light.py` says what must run, and skips nothing.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

from codequest.errors import MissingDependencyError

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT: Counter[str] = Counter()
"""Number of files and folders that were left out, by the package that they need."""


def missing(error: ImportError) -> str | None:
    """The package that is not installed; None where something else is wrong."""
    cause = error.__cause__ if isinstance(error, MissingDependencyError) else error
    name = getattr(cause, "name", None) or ("torch" if "torch]'" in str(error) else "")
    package = name.partition(".")[0]
    return None if package in ("", "codequest", "tests") else package


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    file = collection_path / "conftest.py" if collection_path.is_dir() else collection_path
    if file.suffix != ".py" or not file.is_file() or file.parent == ROOT:
        return None
    try:
        with suppress(pytest.skip.Exception):  # said by the file itself
            importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    except ImportError as error:
        package = missing(error)
        if package is None:
            raise
        LEFT_OUT[package] += 1
        return True
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, None, None]:
    try:
        return (yield)
    except ImportError as error:
        package = missing(error)
        if package is not None:
            pytest.skip(f"needs {package}")
        raise


pytest_runtest_call = pytest_runtest_setup


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts = ", ".join(f"{count} need {package}" for package, count in LEFT_OUT.most_common())
    terminalreporter.write_line(f"Files and folders left out: {counts or 'none'}.")
