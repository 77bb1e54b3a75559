"""Stores that the tiny teacher filled, searched as code indexes: the same hits as an index of its own gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest import QueryEncoder
from codequest.errors import CodeIndexError, InvalidInputError, SpaceMismatchError
from codequest.search import CodeIndex, SearchFilters, SearchHit, StoreFields, StoreIndex
from codequest.search.index_run import IndexRun
from codequest.space import Vectors
from tests.search.conftest import FILES, snapshot_of, write

FIELDS = StoreFields(
    text="code", path="file", start_line="from", end_line="to", language="lang", kind="what", symbol="name"
)
COLUMNS = {"file": "path", "lang": "language", "what": "kind", "name": "symbol", "from": "start_line", "to": "end_line"}
QUERIES = ["sorts a list by value", "read the file of an entry", "connection"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, tiny_teacher: Path, tiny_light: Path) -> Iterator[dict[str, Any]]:
    """Puma's index of a project, its rows, and stores with the same vectors."""
    folder = tmp_path_factory.mktemp("stores")
    project = write(folder / "project", FILES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEQUEST_CACHE", str(folder / "cache"))
        run: IndexRun = CodeIndex.build(project, teacher=str(tiny_teacher))
        assert run.taught == 6
        own = CodeIndex.open(project, encoder=str(tiny_light))
        snapshot = snapshot_of(project)
        texts = snapshot.texts(range(len(snapshot)))
        rows = [
            {"code": text, **{name: snapshot.columns[column][place] for name, column in COLUMNS.items()}}
            for place, text in enumerate(texts)
        ]
        vectors = [snapshot.vector(place) for place in range(len(snapshot))]
        yield {"own": own, "rows": rows, "vectors": vectors, "light": str(tiny_light), "folder": folder}


def qdrant(rows: list[dict[str, Any]], vectors: list[Vectors], distance: str = "Cosine") -> Any:
    module = pytest.importorskip("qdrant_client")
    client, models = module.QdrantClient(":memory:"), module.models
    size = models.VectorParams(size=len(vectors[0]), distance=models.Distance(distance))
    client.create_collection("code", vectors_config=size)
    pairs = enumerate(zip(vectors, rows, strict=True))
    points = [models.PointStruct(id=n, vector=vector.tolist(), payload=row) for n, (vector, row) in pairs]
    client.upsert("code", points)
    return client


def lancedb(folder: Path, rows: list[dict[str, Any]], vectors: list[Vectors]) -> Any:
    database = pytest.importorskip("lancedb").connect(folder)
    filled = [{"vector": vector, **row} for vector, row in zip(vectors, rows, strict=True)]
    return database.create_table("code", filled, mode="overwrite")


@pytest.fixture(params=["qdrant cosine", "qdrant euclidean", "lancedb"])
def index(request: pytest.FixtureRequest, filled: dict[str, Any], tmp_path: Path) -> StoreIndex:
    rows, vectors, light = (filled[name] for name in ("rows", "vectors", "light"))
    if request.param == "lancedb":
        return StoreIndex.over_lancedb(lancedb(tmp_path, rows, vectors), encoder=light, fields=FIELDS)
    distance = "Cosine" if request.param == "qdrant cosine" else "Euclid"
    return StoreIndex.over_qdrant(qdrant(rows, vectors, distance), "code", encoder=light, fields=FIELDS)


def shown(hits: list[SearchHit]) -> list[tuple[Any, ...]]:
    return [(hit.path, hit.start_line, hit.end_line, hit.language, hit.kind, hit.symbol, hit.text) for hit in hits]


@pytest.mark.parametrize("query", QUERIES)
def test_by_meaning_the_hits_are_those_of_pumas_own_index(
    index: StoreIndex, filled: dict[str, Any], query: str
) -> None:
    expected = filled["own"].search(query, mode="dense", limit=4)
    found = index.search(query, mode="dense", limit=4)
    assert shown(found) == shown(expected)
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-5)
    assert shown(index.search(query, mode="dense", limit=2, offset=2)) == shown(expected)[2:]


def test_words_count_besides(index: StoreIndex) -> None:
    [hit] = index.search("Open the http connection again", limit=1)
    assert (hit.path, hit.kind, hit.start_line, hit.end_line) == ("docs/guide.md", "section", 3, 5)
    assert hit.score == pytest.approx(index.search("Open the http connection again", limit=2)[0].score)


def test_filters_of_the_query_and_beside_it_hold(index: StoreIndex) -> None:
    assert {hit.path for hit in index.search("entry file:src/ -file:*.js", limit=9)} == {"src/cache.py"}
    only = SearchFilters(languages=["js"], kinds=["function"])
    assert [hit.symbol for hit in index.search("entry", filters=only)] == ["sortByValue"]
    assert [hit.path for hit in index.search('entry "a.value - b.value"')] == ["src/sort.js"]
    assert index.search("entry lang:go") == []


def test_a_full_text_index_finds_what_meaning_does_not(filled: dict[str, Any], tmp_path: Path) -> None:
    table = lancedb(tmp_path, filled["rows"], filled["vectors"])
    table.create_index("code", config=pytest.importorskip("lancedb.index").FTS())
    index = StoreIndex.over_lancedb(table, encoder=filled["light"], fields=FIELDS)
    [hit, *_] = index.search("connection", mode="lexical")
    assert (hit.path, hit.score > 0) == ("docs/guide.md", True)
    both = {each.path: each.score for each in index.search("connection", limit=9)}
    cosines = {each.path: each.score for each in index.search("connection", mode="dense", limit=9)}
    query = QueryEncoder.from_pretrained(filled["light"]).encode("connection")
    mean, best = float(np.mean([vector @ query for vector in filled["vectors"]])), max(cosines.values())
    for path, words in (("docs/guide.md", hit.score / max(hit.score, 5 * np.log(6))), ("src/sort.js", 0.0)):
        meaning = max(cosines[path] - mean, 0) / (best - mean)
        assert both[path] == pytest.approx(0.6 * meaning + 0.4 * words**2, abs=1e-5)
    assert index.search("unicorn", mode="lexical") == []


def test_what_the_store_cannot_serve_is_refused_with_what_to_do(index: StoreIndex, filled: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match="has no full-text index of 'code', which mode lexical needs"):
        index.search("entry", mode="lexical")
    few = StoreIndex.over_qdrant(
        qdrant(filled["rows"], filled["vectors"]),
        "code",
        encoder=filled["light"],
        fields=StoreFields(text="code", path="file"),
    )
    with pytest.raises(InvalidInputError, match=r'A filter by language needs .* StoreFields\(language="…"\)'):
        few.search("entry lang:python")
    [hit] = few.search("sorts a list by value file:*.js")
    assert (hit.path, hit.start_line, hit.end_line, hit.kind, hit.symbol) == ("src/sort.js", 1, 4, "window", "")


def test_stores_of_other_vectors_or_fields_are_refused(filled: dict[str, Any], tmp_path: Path) -> None:
    rows, vectors, light = (filled[name] for name in ("rows", "vectors", "light"))
    with pytest.raises(InvalidInputError, match=r"has no 'text', 'path'; it has 'code', 'file', .* Say where"):
        StoreIndex.over_qdrant(qdrant(rows, vectors), "code", encoder=light)
    with pytest.raises(InvalidInputError, match=r"has no 'text', 'path'; it has 'vector', 'code', 'file'"):
        StoreIndex.over_lancedb(lancedb(tmp_path / "fields", rows, vectors), encoder=light)
    with pytest.raises(InvalidInputError, match="needs the names of text and path"):
        StoreFields(text="")
    short = [vector[:32] for vector in vectors]
    with pytest.raises(SpaceMismatchError, match=r"holds vectors of 32 numbers; those of .* have 48"):
        StoreIndex.over_lancedb(lancedb(tmp_path / "short", rows, short), encoder=light, fields=FIELDS)
    with pytest.raises(SpaceMismatchError, match="compares vectors by manhattan"):
        StoreIndex.over_qdrant(qdrant(rows, vectors, "Manhattan"), "code", encoder=light, fields=FIELDS)


def test_a_record_without_a_text_is_an_error_that_names_it(filled: dict[str, Any]) -> None:
    rows = [*filled["rows"][:5], {**filled["rows"][5], "code": None}]
    index = StoreIndex.over_qdrant(qdrant(rows, filled["vectors"]), "code", encoder=filled["light"], fields=FIELDS)
    with pytest.raises(CodeIndexError, match=r"Record 5 of The Qdrant collection 'code' has no text in 'code'"):
        index.search("entry")
