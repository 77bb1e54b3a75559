"""RetrievalDataset: queries, documents, and which documents answer which query."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from codequest.errors import DatasetError
from codequest.texts import counted, shown

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class RetrievalDataset:
    """A retrieval test: every kept query has at least one relevant document.

    Attributes:
        name: Name in reports.
        queries: Query text by query id; queries without a relevant document are dropped, the order is kept.
        documents: Document text by document id; a text may be empty.
        qrels: Relevance by query id and document id: above 0 is relevant, and more is better; aligned to `queries`.

    Raises:
        DatasetError: A judgment names an unknown query or document, nothing is labelled, or a query is empty.
    """

    name: str
    queries: Mapping[str, str] = field(repr=False)
    documents: Mapping[str, str] = field(repr=False)
    qrels: Mapping[str, Mapping[str, int]] = field(repr=False)

    def __post_init__(self) -> None:
        for name, texts in (("queries", self.queries), ("documents", self.documents)):
            if not isinstance(texts, Mapping) or not all(isinstance(text, str) for text in texts.values()):
                raise DatasetError(
                    f"The {name} of {self.name} map ids to texts, such as {{'1': 'sort a list'}}, got {shown(texts)}."
                )
        if not isinstance(self.qrels, Mapping) or not all(isinstance(one, Mapping) for one in self.qrels.values()):
            raise DatasetError(
                f"The qrels of {self.name} map ids of queries to those of documents and their grades, such as "
                f"{{'1': {{'d7': 1}}}}, got {shown(self.qrels)}."
            )
        judged = {document for judgments in self.qrels.values() for document in judgments}
        self._check_known("query", self.qrels, self.queries)
        self._check_known("document", judged, self.documents)
        labelled = [query for query in self.queries if any(score > 0 for score in self.qrels.get(query, {}).values())]
        if not labelled:
            raise DatasetError(
                f"{self.name} has no labelled query: none of its {len(self.queries)} queries has a document with a "
                f"score above 0 in the qrels, which judge {counted(len(self.qrels), 'query')}. "
                "Choose another split, or label some."
            )
        empty = [query for query in labelled if not self.queries[query].strip()]
        if empty:
            raise DatasetError(
                f"{self.name} has {counted(len(empty), 'labelled query')} with an empty text: {examples(empty)}. "
                "Remove them from the qrels, or give them a text."
            )
        object.__setattr__(self, "queries", {query: self.queries[query] for query in labelled})
        object.__setattr__(self, "documents", dict(self.documents))
        object.__setattr__(self, "qrels", {query: dict(self.qrels[query]) for query in labelled})

    def subset(self, queries: Collection[str]) -> RetrievalDataset:
        """The same documents with only these query ids."""
        chosen = {query: self.qrels[query] for query in queries}
        return RetrievalDataset(self.name, self.queries, self.documents, chosen)

    def _check_known(self, role: str, judged: Collection[str], known: Mapping[str, str]) -> None:
        unknown = [name for name in judged if name not in known]
        if unknown:
            raise DatasetError(
                f"The qrels of {self.name} judge {counted(len(unknown), f'{role} id')} not among its "
                f"{counted(len(known), f'{role} id')}: {examples(sorted(unknown))}. Do qrels, queries and corpus "
                "belong to the same version?"
            )


def merge_datasets(datasets: Sequence[RetrievalDataset]) -> RetrievalDataset:
    """One dataset that holds all of them; ids get the number of their dataset in front.

    Args:
        datasets: At least one.
    """
    if len(datasets) == 1:
        return datasets[0]
    return RetrievalDataset(
        " + ".join(dict.fromkeys(dataset.name for dataset in datasets)),
        queries={f"{n}/{key}": text for n, dataset in enumerate(datasets) for key, text in dataset.queries.items()},
        documents={f"{n}/{key}": text for n, dataset in enumerate(datasets) for key, text in dataset.documents.items()},
        qrels={
            f"{n}/{query}": {f"{n}/{document}": grade for document, grade in judged.items()}
            for n, dataset in enumerate(datasets)
            for query, judged in dataset.qrels.items()
        },
    )


def examples(names: Collection[str]) -> str:
    """The first few names, for a message."""
    shown = ", ".join(repr(name) for name in list(names)[:_EXAMPLES])
    return f"{shown}, …" if len(names) > _EXAMPLES else shown
