"""What is added to a chunk, and taken from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from codequest.search import IndexRun
from codequest.search.signals.asked import AskedQuery
from codequest.search.signals.lifts import evidence, lift, of_paths, weight
from tests.search.conftest import build, project, snapshot_of  # noqa: F401


@pytest.mark.parametrize(
    ("path", "symbol", "tests", "expected"),
    [
        ("src/a.py", "load", False, 1.0),
        ("tests/a.py", "load", False, 0.5),
        ("tests/a.py", "load", True, 1.0),
        ("src/a.rs", "tests.load", False, 0.5),
        ("docs/a.md", "", False, 0.5),
        ("tests/a.md", "", True, 0.5),
    ],
)
def test_tests_and_documents_count_half_unless_tests_are_asked_for(
    path: str, symbol: str, tests: bool, expected: float
) -> None:
    assert weight(path, symbol, tests=tests) == expected


def test_names_paths_and_files_add_to_a_chunk(project: Path, build: Callable[..., IndexRun]) -> None:  # noqa: F811
    build(project)
    snapshot = snapshot_of(project)
    columns = snapshot.columns
    positions = np.arange(len(snapshot))
    added = evidence(snapshot, AskedQuery("load the entry"), positions, {"notes.txt": 0.5})
    of = dict(zip(zip(columns["path"], columns["symbol"], strict=True), added.tolist(), strict=True))
    assert of["src/cache.py", "Cache.load_entry"] == pytest.approx(0.08)  # all words of its name, and no others
    assert of["notes.txt", ""] == pytest.approx(0.3 * 0.5)
    assert of["docs/guide.md", "Guide > Retries"] == 0
    assert not evidence(snapshot, AskedQuery("x = load(entry);"), positions, {"notes.txt": 0.5}).any()


def test_chunks_of_the_files_that_a_query_names(project: Path, build: Callable[..., IndexRun]) -> None:  # noqa: F811
    build(project)
    snapshot = snapshot_of(project)
    found = of_paths(snapshot, AskedQuery("what is in src/cache.py"))
    assert {snapshot.columns["path"][place] for place in found} == {"src/cache.py"}
    assert len(found) == 2
    assert of_paths(snapshot, AskedQuery("load the entry")) == []


def test_of_two_versions_the_newer_one_comes_first_unless_the_older_is_asked_for(
    tmp_path: Path,
    build: Callable[..., IndexRun],  # noqa: F811
) -> None:
    for version in ("v1", "v2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "cart.py").write_text("def total(cart):\n    return sum(cart.prices)\n", encoding="utf-8")
    build(tmp_path)
    snapshot = snapshot_of(tmp_path)
    positions = np.arange(len(snapshot))

    def lifted(query: str) -> dict[str, float]:
        scores = np.ones(len(snapshot), np.float32)
        lift(snapshot, AskedQuery(query), positions, scores, {})
        return dict(zip(snapshot.columns["path"], scores.tolist(), strict=True))

    assert lifted("sum of the prices")["v1/cart.py"] == pytest.approx(0.65 * lifted("sum of the prices")["v2/cart.py"])
    assert lifted("sum of prices in v1")["v1/cart.py"] == lifted("sum of prices in v1")["v2/cart.py"]


@pytest.mark.parametrize("first", ["mod tests", "fn testing"])
def test_tests_count_half_next_to_a_name_that_only_begins_like_them(
    tmp_path: Path,
    build: Callable[..., IndexRun],  # noqa: F811
    first: str,
) -> None:
    parts = {
        "mod tests": "mod tests {\n    fn adds() {\n        assert_eq!(add(1, 2), 3);\n    }\n}\n",
        "fn testing": "fn testing(left: u32) -> bool {\n    left > 0\n}\n",
    }
    (tmp_path / "lib.rs").write_text("\n".join([parts.pop(first), *parts.values()]), encoding="utf-8")
    build(tmp_path)
    snapshot = snapshot_of(tmp_path)
    scores = np.ones(len(snapshot), np.float32)
    lift(snapshot, AskedQuery("sum of two numbers"), np.arange(len(snapshot)), scores, {})
    of = dict(zip(snapshot.columns["symbol"], scores.tolist(), strict=True))
    assert (of["tests.adds"], of["testing"]) == (0.5, 1.0)
