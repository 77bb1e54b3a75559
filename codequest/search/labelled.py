"""Quality of Puma's ranking on a labelled dataset whose documents are the chunks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from codequest.code import LANGUAGES, SourceFile
from codequest.data import RetrievalDataset
from codequest.evaluation.measures import DEPTH, measure_rankings
from codequest.files import scratch_folder
from codequest.search.chunking.chunks import Chunk
from codequest.search.hits import SearchMode
from codequest.search.ranking import rank
from codequest.search.snapshot import Snapshot
from codequest.search.store import ChunkStore
from codequest.space import Vectors

QueryEncoding = Callable[[Sequence[str]], Vectors]


def measure_search(
    dataset: RetrievalDataset,
    document_vectors: Vectors,
    encoders: Mapping[str, QueryEncoding],
    *,
    language: str = "",
) -> dict[tuple[SearchMode, str], float]:
    """Mean nDCG@10 by words, by meaning and by both, with the very ranking of `CodeIndex.search`.

    Args:
        dataset: Queries, and documents that are taken as one chunk each.
        document_vectors: (documents, dim), of the teacher.
        encoders: What embeds queries, by name.
        language: Language of the documents, to find the name that a definition has; empty where they have none.

    Returns:
        Scores by mode and encoder; those of mode lexical, which needs no encoder, under the name ``""``.
    """
    ids, queries = list(dataset.documents), list(dataset.queries.values())
    with scratch_folder() as folder:
        snapshot = _indexed(folder, list(dataset.documents.values()), document_vectors, language)
        numbers = [int(path) for path in snapshot.columns["path"]]

        def score(mode: SearchMode, vectors: Sequence[Vectors | None]) -> float:
            rankings = {}
            for (query, text), vector in zip(dataset.queries.items(), vectors, strict=True):
                found = rank(snapshot, text, vector, mode=mode, limit=DEPTH)
                rankings[query] = [ids[numbers[position]] for position in found.positions]
            return float(np.mean(measure_rankings(rankings, dataset.qrels)["nDCG@10"]))

        measured: dict[tuple[SearchMode, str], float] = {("lexical", ""): score("lexical", [None] * len(queries))}
        for name, encode in encoders.items():
            vectors = list(encode(queries))
            measured["dense", name] = score("dense", vectors)
            measured["hybrid", name] = score("hybrid", vectors)
    return measured


def _indexed(folder: Path, texts: Sequence[str], vectors: Vectors, language: str) -> Snapshot:
    """An index of chunks, each a file of its own whose path is the number of the document, from 0."""
    chunks = [
        Chunk(
            path=str(number),
            language=language,
            kind="function",
            symbol=_symbol(text, language),
            start_line=1,
            end_line=1 + text.rstrip("\n").count("\n"),
            text=text,
        )
        for number, text in enumerate(texts)
    ]
    store = ChunkStore(folder)
    with store.begin({}, dim=vectors.shape[1]) as writer:
        writer.add(chunks, vectors, tier="teacher")
        versions = writer.finish()
    return Snapshot(store, versions, dim=vectors.shape[1])


def _symbol(text: str, language: str) -> str:
    """The name of a document's first definition, as an index of the whole file would have it."""
    known = next((each for each in LANGUAGES if each.name == language), None)
    if known is None:
        return ""
    source = f"<?php {text}" if language == "php" else text
    return next((found.name for found in SourceFile(source.encode(errors="replace"), known).definitions), "")
