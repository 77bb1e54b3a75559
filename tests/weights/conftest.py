from pathlib import Path

import pytest

from codequest.weights.packages import KNOWN_PACKAGES, WeightPackage
from tests.weights.installed import MODEL, PARTS, Installed, _install, _sha256, _zip


@pytest.fixture
def installed(tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    site, archive = tmp_path / "site", _zip(tiny_base, "tiny-model")
    size = len(archive) // PARTS + 1
    names = tuple(f"tiny-model-part-00{part}" for part in range(1, PARTS + 1))
    for number, name in enumerate(names, start=1):
        # The folders sort the other way round than the parts: only the parts' numbers say how they join.
        folder = f"z{9 - number}"
        piece = archive[(number - 1) * size : number * size]
        _install(site, name, {f"{folder}/__init__.py": b"", f"{folder}/input/model.zip.00{number}": piece})
    package = WeightPackage(MODEL, "commit1", _sha256(tiny_base / "model.safetensors"), names)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setitem(KNOWN_PACKAGES, MODEL, package)
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    return Installed(site, tmp_path / "cache", package)
