"""Searches of a real index."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from codequest import LoRAQueryEncoder
from codequest.errors import (
    AdapterFormatError,
    CodeIndexError,
    IndexNotFoundError,
    InvalidInputError,
    SpaceMismatchError,
)
from codequest.search import CodeIndex, IndexRun, SearchFilters, SearchHit
from codequest.search.chunking.chunks import chunk_file
from codequest.teachers import LocalTeacher
from tests.search.conftest import FILES, write

Build = Callable[..., IndexRun]


def places(hits: list[SearchHit]) -> list[tuple[str, str]]:
    return [(hit.path, hit.symbol) for hit in hits]


def test_a_hit_says_where_and_what_it_is(project: Path, build: Build) -> None:
    build(project)
    [hit, *_] = CodeIndex.open(project, encoder=None).search("sortByValue", mode="lexical")
    assert hit.to_dict() == {
        "path": "src/sort.js",
        "language": "javascript",
        "kind": "function",
        "symbol": "sortByValue",
        "start_line": 1,
        "end_line": 4,
        "text": FILES["src/sort.js"].strip("\n"),
        "score": hit.score,
    }
    assert hit.score > 0


@pytest.mark.parametrize("query", ["sort by value", "sort_by_value", "sorting values", "SORTBYVALUE()", "sort.js"])
def test_words_are_found_however_they_are_written(project: Path, build: Build, query: str) -> None:
    build(project)
    assert CodeIndex.open(project, encoder=None).search(query, mode="lexical")[0].path == "src/sort.js"


def test_meaning_is_the_cosine_to_the_teachers_vectors(project: Path, build: Build, tiny_teacher: Path) -> None:
    build(project)
    query, teacher = "read the file of an entry", LocalTeacher(str(tiny_teacher))
    chunks = [chunk for path, text in FILES.items() for chunk in chunk_file(path, text, max_characters=6000)]
    cosines = teacher.encode_documents([chunk.embedded for chunk in chunks]) @ teacher.encode_queries([query])[0]
    expected = {(chunk.path, chunk.symbol): float(cosine) for chunk, cosine in zip(chunks, cosines, strict=True)}
    hits = CodeIndex.open(project, encoder="teacher").search(query, mode="dense", limit=20)
    assert len(hits) == 5  # a class and its only method share lines
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert [hit.score for hit in hits] == pytest.approx([expected[hit.path, hit.symbol] for hit in hits], abs=1e-5)


def test_an_encoder_of_the_space_searches_and_another_is_refused(
    project: Path, build: Build, tiny_base: Path, tiny_teacher: Path
) -> None:
    build(project)
    space = LocalTeacher(str(tiny_teacher)).space
    encoder = LoRAQueryEncoder.create(base=str(tiny_base), space=space, rank=4)
    assert len(CodeIndex.open(project, encoder=encoder).search("read a file", limit=2)) == 2
    with pytest.raises(SpaceMismatchError, match=r"adapter 'minilm-lora' embeds into .*this index was made in .*48-d"):
        CodeIndex.open(project)
    with pytest.raises(AdapterFormatError, match="No adapter 'nothing'"):
        CodeIndex.open(project, encoder="nothing")
    with pytest.raises(InvalidInputError, match="encoder must be the name"):
        CodeIndex.open(project, encoder=3)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["lexical", "dense", "hybrid"])
@pytest.mark.parametrize(
    ("filters", "paths"),
    [
        ({"languages": ["Python"]}, {"src/cache.py", "tests/test_cache.py"}),
        ({"languages": ["python"], "paths": ["!tests/"]}, {"src/cache.py"}),
        ({"paths": ["src/", "*.md"]}, {"src/cache.py", "src/sort.js", "docs/guide.md"}),
        ({"paths": ["/src/*.js"]}, {"src/sort.js"}),
        ({"paths": ["!*.js", "src/"]}, {"src/cache.py"}),
        ({"kinds": ["section", "window"]}, {"docs/guide.md", "notes.txt"}),
        ({"languages": ["cobol"]}, set()),
    ],
)
def test_filters_hold_before_anything_is_ranked(
    project: Path, build: Build, mode: Any, filters: dict[str, Any], paths: set[str]
) -> None:
    build(project)
    index = CodeIndex.open(project, encoder="teacher")
    query = "load entry of the list of values by http connection again"
    hits = index.search(query, limit=20, filters=SearchFilters(**filters), mode=mode)
    assert {hit.path for hit in hits} == paths


def test_a_definition_comes_before_its_use_and_its_test(project: Path, build: Build) -> None:
    write(project, {"src/use.py": "from cache import Cache\n\nload_entry = Cache().load_entry\nload_entry('a')\n"})
    build(project)
    found = CodeIndex.open(project, encoder="teacher").search("load entry", mode="hybrid")
    order = [hit.path for hit in found]
    assert order[0] == "src/cache.py"
    assert order.index("tests/test_cache.py") > 0


def test_no_line_is_found_twice(project: Path, build: Build) -> None:
    body = "\n".join(f"    value_{number} = read(file_{number})" for number in range(60))
    write(project, {"long.py": f"def read_all_files():\n{body}\n"})
    build(project)
    index = CodeIndex.open(project, encoder="teacher")
    hits = [hit for hit in index.search("read all files", limit=20) if hit.path == "long.py"]
    assert len(hits) > 1
    spans = sorted((hit.start_line, hit.end_line) for hit in hits)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_the_index_is_found_from_a_folder_inside(project: Path, build: Build, tmp_path: Path) -> None:
    build(project)
    for inside in ("src", "src/cache.py"):
        assert CodeIndex.open(project / inside, encoder=None).root == project
    with pytest.raises(IndexNotFoundError, match=r"has no code index.* codequest index "):
        CodeIndex.open(tmp_path, encoder=None)


def test_a_finished_run_is_noticed(project: Path, build: Build) -> None:
    build(project)
    index = CodeIndex.open(project, encoder=None)
    assert index.search("unicorn", mode="lexical") == []
    write(project, {"new.py": "def unicorn():\n    return 1\n"})
    build(project)
    assert places(index.search("unicorn", mode="lexical")) == [("new.py", "unicorn")]
    assert index.stats.files == 6
    (project / ".codequest" / "index.json").unlink()
    with pytest.raises(CodeIndexError, match="is gone"):
        index.search("unicorn", mode="lexical")


def test_threads_may_search_at_once(project: Path, build: Build) -> None:
    build(project)
    index = CodeIndex.open(project, encoder="teacher")
    found: list[list[tuple[str, str]]] = []
    threads = [threading.Thread(target=lambda: found.append(places(index.search("read file")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(each == found[0] for each in found)


def test_bad_searches_are_refused(project: Path, build: Build) -> None:
    build(project)
    index = CodeIndex.open(project, encoder=None)
    with pytest.raises(InvalidInputError, match="empty or only whitespace"):
        index.search(" \n", mode="lexical")
    with pytest.raises(InvalidInputError, match="limit must be at least 1, got 0"):
        index.search("a", limit=0, mode="lexical")
    with pytest.raises(InvalidInputError, match="mode must be one of hybrid, dense, lexical, got 'fuzzy'"):
        index.search("a", mode="fuzzy")  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="Mode hybrid needs an encoder"):
        index.search("a")
    with pytest.raises(InvalidInputError, match="languages must be a list of strings, got 'python'"):
        SearchFilters(languages="python")
    with pytest.raises(InvalidInputError, match=r"Unknown kinds \['method'\]; expected some of function, class"):
        SearchFilters(kinds=["method"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "query", ["'; DROP TABLE", '"quoted" AND (', "+-*/", "naïve café", "日本語", "the", "x" * 5000]
)
def test_any_text_may_be_searched(project: Path, build: Build, query: str) -> None:
    build(project)
    index = CodeIndex.open(project, encoder="teacher")
    assert isinstance(index.search(query, mode="lexical"), list)
    assert len(index.search(query)) > 0


def test_a_damaged_index_says_so(project: Path, build: Build) -> None:
    build(project)
    for file in (project / ".codequest" / "lance" / "chunks.lance").rglob("*.lance"):
        file.write_bytes(b"")
    with pytest.raises(CodeIndexError, match=r"cannot be read .* --rebuild"):
        CodeIndex.open(project, encoder=None)
