"""Folders of code as sources: the chunks of an index, with ids that say where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.corpus.sources.code_folder import CodeSource
from tests.search.conftest import FILES, write

pytest.importorskip("tree_sitter")


def test_the_texts_are_those_that_an_index_embeds(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {**FILES, ".env": "KEY=1", "empty.py": ""})
    source = CodeSource(root, max_characters=1000, prefix="shop/")
    found = dict(source.records())
    assert found == dict(source.records())
    assert list(found) == [
        "shop/docs/guide.md:3-5", "shop/notes.txt:1-1", "shop/src/cache.py:1-6", "shop/src/cache.py:4-6",
        "shop/src/sort.js:1-4", "shop/tests/test_cache.py:1-2",
    ]  # fmt: skip
    assert found["shop/src/cache.py:4-6"].startswith('def load_entry(self, key):\n    """Read the file')
    assert +source.skipped == {"may hold secrets": 1, "empty": 1}


def test_chunks_of_one_long_line_have_ids_of_their_own(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"long.txt": "word " * 300})
    ids = [name for name, _ in CodeSource(root, max_characters=400).records()]
    assert ids[:2] == ["long.txt:1-1", "long.txt:1-1#2"]
    assert len(set(ids)) == len(ids) >= 3
