"""A small project, indexed by a tiny teacher."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.search import CodeIndex, IndexRun
from codequest.search.home import IndexHome
from codequest.search.meta import IndexMeta
from codequest.search.snapshot import Snapshot
from codequest.search.store import ChunkStore

FILES = {
    "src/cache.py": '''class Cache:
    """Entries on disk."""

    def load_entry(self, key):
        """Read the file of an entry."""
        return open(key).read()
''',
    "src/sort.js": """/** Sorts a list by value. */
export function sortByValue(list) {
  return list.sort((a, b) => a.value - b.value);
}
""",
    "tests/test_cache.py": "def test_load_entry():\n    assert Cache().load_entry('a') == 'a'\n",
    "docs/guide.md": "# Guide\n\n## Retries\n\nOpen the http connection again.\n",
    "notes.txt": "the list of values\n",
}


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def counts(report: IndexRun) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def snapshot_of(root: Path) -> Snapshot:
    """The version of an index that searches read."""
    home = IndexHome.find(root)
    meta = IndexMeta.read(home.folder, root=home.root)
    return Snapshot(ChunkStore(home.folder), meta.versions, dim=meta.stats.space.dim)


def held(root: Path) -> set[tuple[str, str, str]]:
    """Every chunk of an index: path, symbol, text."""
    snapshot = snapshot_of(root)
    texts = snapshot.texts(range(len(snapshot)))
    return set(zip(snapshot.columns["path"], snapshot.columns["symbol"], texts, strict=True))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "project", FILES)


@pytest.fixture
def build(tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., IndexRun]:
    """Index a folder with the tiny teacher, and a vector cache of its own."""
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))

    def run(root: Path, **options: object) -> IndexRun:
        return CodeIndex.build(root, **{"teacher": str(tiny_teacher), **options})

    return run
