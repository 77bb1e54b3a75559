import importlib
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest import errors

BUILT_INS = {
    "InvalidInputError": ValueError,
    "SpaceMismatchError": ValueError,
    "WeightsNotFoundError": FileNotFoundError,
    "WeightsCorruptError": ValueError,
    "ModelFormatError": ValueError,
    "AdapterFormatError": ValueError,
    "AdapterWriteError": OSError,
    "ParityError": ValueError,
    "PrecisionNotSupportedError": ValueError,
    "TeacherError": RuntimeError,
    "CacheCorruptError": RuntimeError,
    "DatasetError": ValueError,
    "BenchmarkError": RuntimeError,
    "CorpusError": RuntimeError,
    "TrainingError": RuntimeError,
    "UnsafePathError": OSError,
    "ForkError": RuntimeError,
    "GitError": RuntimeError,
    "CodeIndexError": RuntimeError,
    "BackgroundRunError": RuntimeError,
    "OlderIndexError": RuntimeError,
    "IndexNotFoundError": FileNotFoundError,
    "ForeignIndexError": FileNotFoundError,
    "AnswerError": RuntimeError,
    "MissingDependencyError": ImportError,
    "BrokenDependencyError": ImportError,
}


@pytest.mark.parametrize(("name", "built_in"), BUILT_INS.items())
def test_each_error_is_also_the_built_in_a_caller_would_catch(name: str, built_in: type[Exception]) -> None:
    error = getattr(errors, name)
    assert issubclass(error, errors.CodequestError)
    assert issubclass(error, built_in)
    assert str(error("what to do")) == "what to do"


def test_no_error_is_missing_here() -> None:
    defined = {
        name for name, value in vars(errors).items() if isinstance(value, type) and value.__module__ == errors.__name__
    }
    assert defined - {"CodequestError", "CodequestWarning"} == set(BUILT_INS)


def test_require_returns_the_module() -> None:
    import json

    assert errors.require("json", extra="cli") is json


def test_require_names_the_command_that_installs_the_extra() -> None:
    with pytest.raises(
        errors.MissingDependencyError, match=r"'no_such_module' .* pip install 'codequest.*\[cli\]'"
    ) as caught:
        errors.require("no_such_module", extra="cli")
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


BROKEN = {
    "a shared library is missing": (
        "raise ImportError('libopenblas.so.0: cannot open shared object file\\nmore')",
        r"imported: libopenblas\.so\.0: cannot open shared object file\. Install",
    ),
    "what it needs is missing": ("import no_such_module", "imported: No module named 'no_such_module'"),
    "a part of it is missing": ("from . import part", "imported: cannot import name 'part'"),
    "it fails on its way": ("raise RuntimeError", "imported: RuntimeError"),
}


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a package that cannot be imported where it is found first."""

    def put(package: str, content: str) -> None:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(content, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)

    return put


@pytest.mark.parametrize("fault", BROKEN)
def test_a_package_that_is_broken_is_not_said_to_be_missing(fault: str, broken: Callable[[str, str], None]) -> None:
    content, says = BROKEN[fault]
    broken("broken_package", content)
    with pytest.raises(errors.BrokenDependencyError, match=rf"'broken_package' .* is installed .* {says}") as caught:
        errors.require("broken_package", extra="cli")
    assert re.search(r"pip install --force-reinstall 'codequest.*\[cli\]'$", str(caught.value))


def test_a_part_that_an_installed_package_lacks_is_named() -> None:
    again = r"(numpy|'codequest.*\[cli\]')"  # Python 3.10 does not know which distribution brings numpy
    says = rf"imported: No module named 'numpy\.no_such_part'.* --force-reinstall {again}$"
    with pytest.raises(errors.BrokenDependencyError, match=says):
        errors.require("numpy.no_such_part", extra="cli")


@pytest.mark.parametrize("content", ["raise OSError('libcudart.so.12')", "raise ImportError('libcudart.so.12')"])
def test_torch_that_is_broken_is_not_said_to_be_missing(
    content: str, broken: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == "peft"]:
        monkeypatch.delitem(sys.modules, module)
    broken("peft", content)
    says = r"'peft' is needed here, is installed and cannot be imported: libcudart\.so\.12\."
    with pytest.raises(errors.BrokenDependencyError, match=says), errors.needs_torch():
        importlib.import_module("peft")


def test_a_file_that_is_not_there_is_no_fault_of_torch() -> None:
    with pytest.raises(FileNotFoundError, match="no_such_file") as caught, errors.needs_torch():
        Path("no_such_file").read_text(encoding="utf-8")
    assert not isinstance(caught.value, errors.CodequestError)


@pytest.mark.parametrize("package", sorted(errors.WITH_TORCH))
def test_torch_and_what_comes_with_it_is_named_where_it_is_missing(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    says = rf"'{package}' is needed .* pip install '.*\[torch\]'"
    with pytest.raises(errors.MissingDependencyError, match=says), errors.needs_torch():
        importlib.import_module(f"{package}.no_such_part")


def test_what_has_nothing_to_do_with_torch_stays_as_it_is() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module") as caught, errors.needs_torch():
        importlib.import_module("no_such_module")
    assert not isinstance(caught.value, errors.CodequestError)


def test_torch_is_there_where_it_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert not errors.has_torch()
    monkeypatch.setitem(sys.modules, "torch", sys.modules[__name__])
    assert errors.has_torch()


def test_remedies_name_the_distribution_that_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "codequest_light-0.1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Name: codequest-light\nVersion: 0.1.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(errors.MissingDependencyError, match=r"pip install 'codequest-light\[search\]'"):
        errors.require("no_such_module", extra="search")
