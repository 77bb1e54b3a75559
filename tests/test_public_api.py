import subprocess
import sys
from importlib import metadata

import pytest

import codequest
from codequest.errors import distribution_name


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=120).stdout


def test_all_is_sorted_and_listed_by_dir() -> None:
    assert codequest.__all__ == sorted(set(codequest.__all__))
    assert dir(codequest) == codequest.__all__


@pytest.mark.parametrize("name", codequest.__all__)
def test_every_public_name_resolves_and_says_what_it_is(name: str) -> None:
    value = getattr(codequest, name)
    assert value.__name__ == name
    assert value.__module__.startswith("codequest.")
    assert value.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'codequest' has no attribute 'load_techer'"):
        codequest.load_techer  # noqa: B018


def test_importing_codequest_imports_nothing_heavy() -> None:
    heavy = "{'torch', 'transformers', 'numpy', 'peft', 'bitsandbytes', 'huggingface_hub'}"
    assert _run(f"import sys, codequest; print({heavy} & set(sys.modules))").strip() == "set()"


def test_resolving_weights_imports_no_torch() -> None:
    assert _run("import sys, codequest.weights; print('torch' in sys.modules)").strip() == "False"


def test_the_version_is_that_of_the_distribution() -> None:
    assert codequest.__version__ == metadata.version(distribution_name())
