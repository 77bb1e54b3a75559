from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codequest.space import EmbeddingSpace
from tests.encoders.conftest import STATIC_KINDS, STUDENT_KINDS, build_case
from tests.encoders.sentence_transformers.folders import Exported


@pytest.fixture(scope="module", autouse=True)
def _modules_of_folders(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Where the code of a folder is copied to before it runs; transformers reads it once, so it is patched there."""
    place = str(tmp_path_factory.mktemp("modules"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_MODULES_CACHE", place)
        patch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", place)
        yield


@pytest.fixture(scope="module")
def exported(
    tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace, tmp_path_factory: pytest.TempPathFactory
) -> Exported:
    names = [*STUDENT_KINDS, *STATIC_KINDS]
    cases = {name: build_case(name, tiny_base, wide_teacher, space).encoder for name in names}
    return Exported(cases, tmp_path_factory.mktemp("exported"))
