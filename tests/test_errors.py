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
    "TrainingError": RuntimeError,
    "UnsafePathError": OSError,
    "GitError": RuntimeError,
    "CodeIndexError": RuntimeError,
    "BackgroundRunError": RuntimeError,
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
        errors.MissingDependencyError, match=r"'no_such_module' .* pip install 'codequest\[cli\]'"
    ) as caught:
        errors.require("no_such_module", extra="cli")
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)
