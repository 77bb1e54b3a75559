from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.on_ray.noting import install

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder on everyone's path with the scheme of teachers ``noting:NOTES|SECONDS``."""
    folder = tmp_path_factory.mktemp("installed")
    install(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(folder), os.environ.get("PYTHONPATH", "")]))
        patch.setattr(sys, "path", [*sys.path, str(folder)])
        yield folder


@pytest.fixture(scope="module")
def cluster(installed: Path) -> Iterator[Any]:
    """Ray on this machine with two cores, to which this process is connected."""
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100 << 20)
    yield ray
    ray.shutdown()
