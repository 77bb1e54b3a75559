from __future__ import annotations

from pathlib import Path

import pytest

from codequest.space import EmbeddingSpace
from tests.encoders.conftest import STATIC_KINDS, STUDENT_KINDS, build_case
from tests.encoders.sentence_transformers.folders import Exported


@pytest.fixture(scope="module")
def exported(
    tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace, tmp_path_factory: pytest.TempPathFactory
) -> Exported:
    names = [*STUDENT_KINDS, *STATIC_KINDS]
    cases = {name: build_case(name, tiny_base, wide_teacher, space).encoder for name in names}
    return Exported(cases, tmp_path_factory.mktemp("exported"))
