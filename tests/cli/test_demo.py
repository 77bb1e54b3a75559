"""``codequest demo`` on a few functions with tiny models."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from codequest.demo import DEMO_QUERIES, PUMA_QUERIES, StandardLibrary, run_demo
from tests.cli.commands import run
from tests.demo.libraries import small_library, use_tiny_models


@pytest.fixture
def library(tmp_path: Path, tiny_base: Path, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch) -> StandardLibrary:
    """What the command takes for the standard library."""
    use_tiny_models(monkeypatch, tmp_path, base=tiny_base, teacher=tiny_teacher)
    small = small_library(tmp_path / "lib")
    monkeypatch.setattr("codequest.demo.standard_library", lambda: small)
    return small


def test_it_shows_what_was_measured_found_and_what_to_do_next(
    library: StandardLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    printed = run("demo")
    assert f"The code: {len(library.test.documents)} functions of {library.root}, docstrings removed" in printed
    assert f"{library.test.name}: 10 queries in 10 documents of " in printed
    result = run_demo(library=library)
    for row in result.report.encoders:
        assert f"{row.measures['nDCG@10']:.3f}" in printed
    for query in DEMO_QUERIES:
        assert query in printed
        for hits in result.searches[query]:
            assert all(f"{hit.score:.2f} {hit.location} {hit.name}" in printed for hit in hits)
    assert "2 files" in re.sub(r"\s+", " ", printed)
    for query in PUMA_QUERIES:
        assert f"$ codequest search '{query}'" in printed
    assert "codequest demo --train\n      refine an encoder on this very code, and compare" in printed
    assert "codequest report minilm-lora static --queries log.txt --vectors index.npy --out report\n" in printed
    assert "The command codequest is in" not in printed


def test_where_the_command_is_not_on_the_path_it_says_where_it_is(
    library: StandardLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    where = Path(sys.executable).parent
    assert f"The command codequest is in {where}: activate that environment first." in run("demo")


def test_with_train_it_says_where_the_refined_adapter_is(library: StandardLibrary) -> None:
    printed = run("demo", "--train")
    trained = run_demo(library=library, train=True).trained
    assert f"The refined adapter is in {trained}." in printed
    assert "refine an encoder on this very code" not in printed
