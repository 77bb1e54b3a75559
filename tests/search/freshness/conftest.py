"""An index that a light encoder can bring up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from codequest.search import CodeIndex, IndexRun
from codequest.search.home import IndexHome


@pytest.fixture
def index(build: Callable[..., IndexRun], project: Path, tiny_light: Path) -> CodeIndex:
    """The small project, taught by the tiny teacher; new code gets light vectors."""
    build(project)
    home = IndexHome.find(project)
    meta = home.meta()
    home.publish(replace(meta, stats=replace(meta.stats, light=str(tiny_light))))
    return CodeIndex.open(project, encoder=str(tiny_light))
