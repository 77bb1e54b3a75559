"""The data of a recipe: what is trained on, what is held out, and what is measured on."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from codequest.data import RetrievalDataset, load_dataset, merge_datasets
from codequest.data.query_files import load_queries, normal_form
from codequest.mining.web_searches import with_searches
from codequest.training.recipes.recipe import Recipe, Stage
from codequest.training.samples import sample, shuffled
from codequest.training.split import hold_out_pairs, judged_only


class RecipeData:
    """What a recipe's encoders are trained and measured on; each part is read once.

    Args:
        recipe: The recipe.
        folder: Folder that holds its datasets.
    """

    def __init__(self, recipe: Recipe, folder: str | Path) -> None:
        self.recipe = recipe
        self.folder = Path(folder).expanduser()

    @property
    def sources(self) -> dict[str, str]:
        """Training data by name: its size, a digest of it, and what the recipe says about it."""
        about = self.recipe.about
        return {name: "; ".join([what, *filter(None, [about.get(name)])]) for name, what in self.amounts.items()}

    @cached_property
    def amounts(self) -> dict[str, str]:
        """Training data by name: its size, and a digest of it."""
        described = {}
        for name in self.recipe.queries:
            texts = self._unlabelled(name)
            described[name] = f"{len(texts)} queries, sha256 {_sha256(texts)}"
        for name, dataset in self._labelled.items():
            texts = [*dataset.queries.values(), *dataset.documents.values()]
            described[name] = f"{len(dataset.queries)} queries with labels, sha256 {_sha256(texts)}"
        return described

    @cached_property
    def queries(self) -> list[str]:
        """Every query without labels, in a random order: its first n are a sample of all."""
        texts = [text for name in self.recipe.queries for text in self._unlabelled(name)]
        return shuffled(texts, seed=self.recipe.seed)

    def _unlabelled(self, name: str) -> list[str]:
        return sample(load_queries(self.folder / name), self.recipe.at_most.get(name), seed=self.recipe.seed)

    @cached_property
    def _labelled(self) -> dict[str, RetrievalDataset]:
        return {name: self._sampled(name) for name in self.recipe.pairs}

    def _sampled(self, name: str) -> RetrievalDataset:
        dataset, most = load_dataset(name, root=self.folder), self.recipe.at_most.get(name)
        if most is None or most >= len(dataset.queries):
            return dataset
        return judged_only(dataset.subset(sample(list(dataset.queries), most, seed=self.recipe.seed)))

    @cached_property
    def divided(self) -> tuple[list[RetrievalDataset], list[RetrievalDataset]]:
        """Labelled data to train on, and labelled data that is held out."""
        trained, held, generator = [], [], random.Random(self.recipe.seed)
        for name, dataset in self._labelled.items():
            kept, out = hold_out_pairs(dataset, self.recipe.hold_out.get(name, 0), seed=self.recipe.seed)
            language = self.recipe.searches.get(name)
            trained.append(kept if language is None else with_searches(kept, language, generator))
            held += [out] if out is not None else []
        return trained, held

    @cached_property
    def pairs(self) -> RetrievalDataset:
        """The labelled data to train on, as one."""
        return merge_datasets(self.divided[0])

    @cached_property
    def tests(self) -> list[RetrievalDataset]:
        """Everything that encoders are measured on."""
        return [*(load_dataset(name, root=self.folder) for name in self.recipe.evaluate), *self.divided[1]]

    @cached_property
    def validation(self) -> RetrievalDataset | None:
        """The datasets that choose the best checkpoint, as one; None where the recipe names none."""
        chosen = [load_dataset(name, root=self.folder) for name in self.recipe.validate]
        return merge_datasets(chosen) if chosen else None

    @cached_property
    def never_trained_on(self) -> list[str]:
        """Queries that are measured on, and those that the recipe excludes."""
        measured = [query for test in self.tests for query in test.queries.values()]
        return measured + [query for name in self.recipe.exclude for query in load_queries(self.folder / name)]

    def queries_of(self, stage: Stage) -> list[str]:
        """The queries of a stage: those without labels, and the labelled ones where no loss reads their documents."""
        unlabelled = self.queries[: stage.queries]
        if not stage.pairs or stage.config.needs_documents:
            return unlabelled
        return unlabelled + [text for dataset in self.divided[0] for text in dataset.queries.values()]

    def documents_of(self, stage: Stage) -> list[str]:
        """The documents that a stage regresses."""
        if not stage.documents:
            return []
        return shuffled(list(self.pairs.documents.values()), seed=self.recipe.seed)[: stage.documents]

    def pairs_of(self, stage: Stage) -> RetrievalDataset | None:
        """The pairs that a stage compares; None where no loss reads their documents."""
        return self.pairs if stage.config.needs_documents and (stage.pairs or stage.documents) else None


def _sha256(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(map(normal_form, texts))).encode()).hexdigest()[:16]
