from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.material import light_documents


@pytest.fixture(scope="session")
def light(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path, tiny_teacher: Path) -> Path:
    """An adapter that embeds documents and queries into the space of the tiny teacher."""
    return light_documents(tiny_base, tiny_teacher).save_pretrained(tmp_path_factory.mktemp("documents") / "light")
