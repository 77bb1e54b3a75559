"""Training and validation data: never the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from codequest.adapters.parts import HELD_OUT
from codequest.data import RetrievalDataset
from codequest.data.query_files import normal_form
from codequest.errors import InvalidInputError
from codequest.texts import counted
from codequest.training.samples import hold_out, without

_HELD_OUT_PAIRS = 0.05
_MOST_HELD_OUT = 500


@dataclass(frozen=True, slots=True)
class TrainingSplit:
    """Training data and validation data; no query is in both, whatever its case and spacing.

    Attributes:
        queries: Distinct queries to train on.
        pairs: Labelled queries to train on, with all their documents as candidates; or None.
        validation: Labelled queries that choose the best checkpoint; or None.
        held_out: Without `validation`, queries whose cosine chooses it.
    """

    queries: list[str]
    pairs: RetrievalDataset | None
    validation: RetrievalDataset | None
    held_out: list[str]

    @property
    def training_texts(self) -> list[str]:
        """Every query that is trained on, those of the pairs last."""
        return [*self.queries, *(self.pairs.queries.values() if self.pairs is not None else ())]


def split(
    queries: Sequence[str],
    pairs: RetrievalDataset | None,
    validation: RetrievalDataset | None,
    *,
    exclude: Iterable[str],
    seed: int,
) -> TrainingSplit:
    """Divide the caller's data into training and validation data.

    Args:
        queries: Queries without labels.
        pairs: Labelled queries, or None.
        validation: Labelled queries to validate with; without them some of the pairs are held out, without pairs some
            of the queries.
        exclude: Queries to leave out of everything but `validation`.
        seed: Decides what is held out.

    Raises:
        InvalidInputError: Nothing is left to train on, or nothing to validate with.
    """
    excluded = {normal_form(query) for query in exclude}
    distinct = list({normal_form(query): query for query in reversed(queries)}.values())[::-1]
    usable = without(distinct, excluded)
    labelled = _left(pairs, excluded)
    if validation is None and labelled is not None and len(labelled.queries) > 1:
        _, chosen = hold_out(list(labelled.queries), share=_HELD_OUT_PAIRS, at_most=_MOST_HELD_OUT, seed=seed)
        validation = labelled.subset(chosen)
    held_out: list[str] = []
    if validation is None:
        usable, held_out = hold_out(usable, seed=seed)
    seen = {normal_form(query) for query in held_out}
    if validation is not None:
        seen = {normal_form(query) for query in validation.queries.values()}
    kept = TrainingSplit(without(usable, seen), _left(labelled, seen), validation, held_out)
    _refuse_nothing(kept, len(queries), 0 if pairs is None else len(pairs.queries))
    return kept


def hold_out_pairs(
    dataset: RetrievalDataset, count: int, *, seed: int
) -> tuple[RetrievalDataset, RetrievalDataset | None]:
    """Keep some labelled queries to measure on: neither they nor their documents are trained on as positives.

    Args:
        dataset: Labelled queries.
        count: Number of queries to hold out; at most a tenth of them are.
        seed: Decides which queries are held out.

    Returns:
        The part to train on, with the documents of its own queries only, since others may be measured on; and the
        part that was held out, with all documents, or None.
    """
    queries = list(dataset.queries)
    held = hold_out(queries, share=0.1, at_most=count, seed=seed)[1] if count > 0 else []
    taken = {document for query in held for document in dataset.qrels[query]}
    kept = [query for query in queries if not taken & set(dataset.qrels[query])]
    training = judged_only(dataset.subset(kept))
    if not held:
        return training, None
    return training, replace(dataset.subset(held), name=f"{dataset.name}{HELD_OUT}")


def judged_only(dataset: RetrievalDataset) -> RetrievalDataset:
    """The dataset with only the documents that its own queries judge: others may be measured on."""
    judged = {document for judgments in dataset.qrels.values() for document in judgments}
    documents = {name: text for name, text in dataset.documents.items() if name in judged}
    return RetrievalDataset(dataset.name, dataset.queries, documents, dataset.qrels)


def without_queries(dataset: RetrievalDataset, excluded: Iterable[str]) -> RetrievalDataset:
    """The dataset without these queries, whatever their case and spacing, and with the documents of the others only.

    Raises:
        InvalidInputError: None is left.
    """
    left = _left(dataset, {normal_form(query) for query in excluded})
    if left is None:
        raise InvalidInputError(f"Nothing of {dataset.name} is left to train on: all its queries are excluded.")
    return judged_only(left)


def _left(pairs: RetrievalDataset | None, excluded: set[str]) -> RetrievalDataset | None:
    """The pairs whose query is not excluded; None when there are none."""
    if pairs is None:
        return None
    left = [key for key, query in pairs.queries.items() if normal_form(query) not in excluded]
    return pairs.subset(left) if left else None


def _refuse_nothing(kept: TrainingSplit, queries: int, pairs: int) -> None:
    if not kept.queries and kept.pairs is None:
        raise InvalidInputError(
            f"There is nothing to train on: of {queries} train_queries and {counted(pairs, 'pair')}, none is left once "
            "the queries of the validation set and the excluded ones are taken out."
        )
    if kept.validation is None and not kept.held_out:
        raise InvalidInputError(
            f"{queries} train_queries and {counted(pairs, 'pair')} leave none to validate with: give at least 2 "
            "distinct queries, or validation=."
        )
