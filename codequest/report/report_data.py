"""ReportData: what a report is made on, with or without labels, texts and stored vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from codequest.arguments import did_you_mean_path, path_given
from codequest.data import RetrievalDataset
from codequest.data.beir import load_beir, load_texts
from codequest.data.lines import numbered_lines
from codequest.data.query_files import load_queries
from codequest.data.records import texts_by_id
from codequest.errors import DatasetError, InvalidInputError, TeacherError
from codequest.json_files import parse_json
from codequest.space import Vectors
from codequest.teachers.stored.files import read_stored
from codequest.texts import counted, shown

_JSON_LINES = (".jsonl", ".jsonl.gz")


@dataclass(frozen=True, slots=True)
class ReportData:
    """Queries and documents; labels, document texts and document vectors as far as there are any.

    Attributes:
        name: What the report calls it.
        queries: Query text by query id.
        documents: Document text by document id; None where only the vector is known.
        qrels: Relevance by query id and document id, as in `RetrievalDataset`; None without labels.
        document_vectors: (documents, dim), the teacher's, in the order of the documents; None to embed the texts.

    Raises:
        DatasetError: No queries, no documents, or a query without text.
        InvalidInputError: Another number of vectors than of documents, or a document with neither text nor vector.
    """

    name: str
    queries: Mapping[str, str] = field(repr=False)
    documents: Mapping[str, str | None] = field(repr=False)
    qrels: Mapping[str, Mapping[str, int]] | None = field(default=None, repr=False)
    document_vectors: Vectors | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for what, texts in (("queries", self.queries), ("documents", self.documents)):
            if not texts:
                raise DatasetError(f"{self.name} has no {what}; a report needs at least one query and one document.")
        empty = [name for name, text in self.queries.items() if not text.strip()]
        if empty:
            raise DatasetError(
                f"{self.name} has {counted(len(empty), 'query')} with an empty text, the first is {empty[0]!r}. Remove "
                "them."
            )
        if self.document_vectors is None and None in self.documents.values():
            raise InvalidInputError(
                f"{self.name} has documents with neither text nor vector. Give the texts, or the teacher's vectors."
            )
        if self.document_vectors is not None and len(self.document_vectors) != len(self.documents):
            raise InvalidInputError(
                f"{self.name} has {counted(len(self.documents), 'document')} but "
                f"{counted(len(self.document_vectors), 'document vector')}. Row i must be the vector of document i."
            )

    @classmethod
    def from_dataset(cls, dataset: RetrievalDataset, *, document_vectors: Vectors | None = None) -> ReportData:
        """The same queries, documents and labels.

        Args:
            dataset: With labels.
            document_vectors: (documents, dim), the teacher's, in the order of the dataset; None to embed the texts.
        """
        return cls(dataset.name, dataset.queries, dict(dataset.documents), dataset.qrels, document_vectors)

    def grades(self) -> list[dict[int, int]] | None:
        """Relevance of the relevant documents of every query, by position; None without labels."""
        if self.qrels is None:
            return None
        position = {document: row for row, document in enumerate(self.documents)}
        judged = (self.qrels[query] for query in self.queries)
        return [{position[document]: grade for document, grade in one.items() if grade > 0} for one in judged]

    def relevant_positions(self) -> list[list[int]] | None:
        """Positions of the relevant documents of every query; None without labels."""
        grades = self.grades()
        return None if grades is None else [list(one) for one in grades]


def checked_data(data: ReportData | RetrievalDataset) -> ReportData:
    """What a report is made on; a dataset with its labels.

    Raises:
        InvalidInputError: It is neither.
    """
    if isinstance(data, RetrievalDataset):
        return ReportData.from_dataset(data)
    if not isinstance(data, ReportData):
        raise InvalidInputError(
            f"Expected a dataset, or a ReportData of queries and documents without labels, got {type(data).__name__}: "
            f"{shown(data)}. load_report_data() reads folders and files."
        )
    return data


def load_report_data(
    source: str | Path | RetrievalDataset | None,
    *,
    split: str = "dev",
    corpus: str = "corpus",
    queries: str | Path | None = None,
    documents: str | Path | None = None,
    vectors: str | Path | None = None,
) -> ReportData:
    """Read what a report is made on.

    Labels are used where they belong to the queries: a folder without ``qrels/*.tsv``, or your own queries, make
    a report without labels.

    Args:
        source: A folder in BEIR layout, of which ``queries.jsonl`` and the qrels may be missing, or a dataset; None
            when queries and documents are given below.
        split: Name of the qrels file.
        corpus: Name of the corpus file without its ending.
        queries: Queries to use instead: ``.txt`` or ``.jsonl``, as `load_queries` reads them.
        documents: Documents to use instead: ``.jsonl`` with JSON strings or objects with a ``text`` and perhaps an
            ``_id``; either may be gzipped.
        vectors: The teacher's document vectors, (documents, dim), in the order of the documents: a file or folder
            that `read_stored` reads. Texts that come with them are the documents where no others are named.

    Raises:
        DatasetError: A file is missing, malformed or empty.
        InvalidInputError: Nothing to search with or in was given, or texts and vectors do not fit together.
    """
    queries, documents, vectors = map(_path, (queries, documents, vectors))
    source = source if isinstance(source, RetrievalDataset) else _path(source)
    stored, texts = _read_vectors(vectors) if vectors is not None else (None, None)
    dataset = source
    if isinstance(source, Path) and queries is None and documents is None and any(source.glob("qrels/*.tsv")):
        dataset = load_beir(source, split=split, corpus=corpus)
    if isinstance(dataset, RetrievalDataset) and queries is None and documents is None:
        return ReportData.from_dataset(dataset, document_vectors=stored)
    return ReportData(
        _name(source, queries, documents, vectors),
        _queries(dataset, queries),
        _documents(dataset, corpus, documents, stored, texts),
        document_vectors=stored,
    )


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else path_given(given, "What a report is made on")


def _name(source: Path | RetrievalDataset | None, *files: Path | None) -> str:
    first = source.name if isinstance(source, RetrievalDataset) else source.resolve().name if source else None
    return " + ".join([*([first] if first else []), *(file.name for file in files if file is not None)])


def _queries(dataset: Path | RetrievalDataset | None, file: Path | None) -> dict[str, str]:
    if file is not None:
        return {str(number): text for number, text in enumerate(load_queries(file), start=1)}
    if isinstance(dataset, RetrievalDataset):
        return dict(dataset.queries)
    if dataset is None:
        raise InvalidInputError("There is nothing to search with. Name a dataset, or a file of queries.")
    return load_texts(_folder(dataset), "queries")


def _documents(
    dataset: Path | RetrievalDataset | None,
    corpus: str,
    file: Path | None,
    vectors: Vectors | None,
    texts: list[str] | None,
) -> dict[str, str | None]:
    if file is not None:
        return dict(_read_documents(file))
    if isinstance(dataset, RetrievalDataset):
        return dict(dataset.documents)
    if dataset is not None and (vectors is None or _has_corpus(dataset, corpus)):
        return dict(load_texts(_folder(dataset), corpus))
    if vectors is None:
        raise InvalidInputError(
            "There is nothing to search in. Name a dataset, a file of documents, or the vectors of an index."
        )
    return {str(row): text for row, text in enumerate(texts or [None] * len(vectors))}


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise DatasetError(f"{path} is not a folder. Expected one that holds corpus.jsonl and queries.jsonl.")
    return path


def _has_corpus(folder: Path, corpus: str) -> bool:
    return any((folder / f"{corpus}{ending}").is_file() for ending in _JSON_LINES)


def _read_documents(file: Path) -> dict[str, str]:
    if not file.name.endswith(_JSON_LINES):
        raise DatasetError(f"{file} is of a type that is not read as documents. Expected {' or '.join(_JSON_LINES)}.")
    return texts_by_id(_document_records(file), source=str(file), unit="line")


def _document_records(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for row, (number, line) in enumerate(numbered_lines(file)):
        where, remedy = f"{file}, line {number},", f"Expected a string or an object, got {line.strip()!r:.80}."
        record = parse_json(line, where=where, error=DatasetError, remedy=remedy)
        if isinstance(record, str):
            record = {"text": record}
        if not isinstance(record, dict):
            raise DatasetError(
                f"{file}, line {number}: expected a JSON string or an object with a text, got {line.strip()!r:.80}."
            )
        yield number, record if "_id" in record or "id" in record else {**record, "_id": str(row)}


def _read_vectors(path: Path) -> tuple[Vectors, list[str] | None]:
    """The stored vectors, and their texts where they came with some."""
    if not path.exists():
        raise DatasetError(f"There is no file of vectors at {path}.{did_you_mean_path(path)}")
    try:
        loaded, texts = read_stored(path)
    except TeacherError as error:
        raise DatasetError(str(error)) from error
    if loaded.ndim != 2 or loaded.dtype.kind != "f":
        raise DatasetError(
            f"{path}: expected an array of floats, (documents, dim), got an array of shape {loaded.shape} "
            f"and type {loaded.dtype}."
        )
    return np.ascontiguousarray(loaded, dtype=np.float32), texts
