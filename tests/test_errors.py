import importlib
import sys
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
