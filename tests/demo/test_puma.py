"""The demo's last step, with a tiny teacher."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.demo import index_library, puma, standard_library


@pytest.mark.slow
def test_the_functions_that_were_measured_are_indexed_as_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_teacher: Path
) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path))
    monkeypatch.setattr(puma, "TEACHER", str(tiny_teacher))
    monkeypatch.setattr(puma, "ADAPTERS", ("teacher",))
    library = standard_library(test_functions=40, train_functions=20)
    index = index_library(library)
    written = {key.rpartition(":")[0] for key in library.test.documents}
    assert index.stats.files == len(written)
    assert {path.relative_to(index.root).as_posix() for path in index.root.rglob("*.py")} == written
    key, code = next(iter(library.test.documents.items()))
    [hit] = index.search(code, limit=1, mode="dense")
    assert (hit.path, hit.text) == (key.rpartition(":")[0], code)
    assert index_library(library).folder == index.folder
