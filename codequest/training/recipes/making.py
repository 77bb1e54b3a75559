"""Makes the adapters of a recipe: trains, measures and saves each one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from codequest.adapters.card_metadata import ONE_QUERY
from codequest.adapters.folder import check_destination, read_config
from codequest.adapters.places import find_adapter
from codequest.encoders import (
    LoRAQueryEncoder,
    ProjectionQueryEncoder,
    QuantizedQueryEncoder,
    QueryEncoder,
    TrainableQueryEncoder,
    create_encoder,
)
from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.evaluation import Report, compare_documents, compare_each, summaries
from codequest.progress import Progress, silent
from codequest.teachers import Teacher, cached, load_teacher, teacher_named_in
from codequest.teachers.base import local_model
from codequest.training.assistant import train_assistant
from codequest.training.config import digest
from codequest.training.document_side import exchanged
from codequest.training.encoder_assistant import EncoderAssistant
from codequest.training.recipes.data import RecipeData
from codequest.training.recipes.price import price_of_query
from codequest.training.recipes.recipe import COMPACT_KINDS, EncoderRecipe, Recipe, Stage
from codequest.training.run_folder import is_main_process
from codequest.training.split import split, without_queries
from codequest.training.trainer import DistillationTrainer, EncoderMaker

_TIMED = 100  # queries


@dataclass(frozen=True, slots=True)
class MadeAdapter:
    """One adapter of a recipe.

    Attributes:
        folder: Folder of the adapter.
        reports: Measurements, one report per dataset; empty when it was already there.
    """

    folder: Path
    reports: tuple[Report, ...]


class Maker:
    """Follows a recipe.

    Everything that was done before is taken from the caches: vectors of the teacher, runs that ended, and the last
    checkpoint of one that was interrupted.

    Args:
        recipe: The recipe.
        data: Folder that holds the recipe's datasets.
        out: Folder for the adapters.
        teacher: See `make_adapters`.
        progress: Called during everything that takes long.
    """

    def __init__(
        self,
        recipe: Recipe,
        *,
        data: str | Path,
        out: str | Path,
        teacher: str | None = None,
        progress: Progress = silent,
    ) -> None:
        self.recipe = recipe
        self.out = Path(out).expanduser()
        self.data = RecipeData(recipe, data)
        self.progress = progress
        self.teacher = cached(load_teacher(teacher) if teacher else teacher_named_in("The recipe", recipe.teacher))

    def make(self, name: str) -> MadeAdapter:
        """Train, measure and save one adapter; one that this recipe already made is left as it is.

        Args:
            name: One of the recipe's encoders.

        Raises:
            InvalidInputError: The recipe has no such encoder, or a value of it is wrong.
            SpaceMismatchError: An adapter for another teacher is there.
        """
        recipe = self._recipe_of(name)
        folder = self.out / name
        check_destination(folder)
        there = QueryEncoder.from_pretrained(folder) if folder.is_dir() else None
        if there is not None and there.space != self.teacher.space:
            raise SpaceMismatchError(
                f"{folder} holds an adapter for another teacher, {there.space}; this recipe is for "
                f"{self.teacher.space}. Choose another --out, or remove it."
            )
        if there is None or there.training.get("recipe") != self.recipe_digest(recipe):
            self._make(recipe, folder)
        elif there.metrics:
            return MadeAdapter(folder, ())
        return MadeAdapter(folder, self._measure(name, folder) if is_main_process() else ())

    def _make(self, recipe: EncoderRecipe, folder: Path) -> None:
        encoder = self._compact(recipe, folder) if recipe.kind in COMPACT_KINDS else self._trained(recipe)
        if is_main_process():
            encoder.training |= {"recipe": self.recipe_digest(recipe), "seed": self.recipe.seed}
            encoder.training["sources"] = self.data.sources
            encoder.save_pretrained(folder)

    def _trained(self, recipe: EncoderRecipe) -> QueryEncoder:
        start, *further = recipe.stages
        train = partial(self._train_documents, recipe) if recipe.side == "document" else self._train
        encoder = train(self._start(recipe), start)
        for stage in further:
            train(encoder, stage)
        return encoder

    def _compact(self, recipe: EncoderRecipe, folder: Path) -> QueryEncoder:
        """The teacher in lower precision, or the graph of an adapter, which is in the folder then."""
        try:
            if recipe.kind == QuantizedQueryEncoder.kind:
                model = local_model(self.teacher)
                weights = model.backbone.source.reference if model else None
                return QuantizedQueryEncoder.create(space=self.teacher.space, weights=weights, **recipe.options)
            return QueryEncoder.from_pretrained(self._adapter(recipe.start).export(folder, **recipe.options))
        except TypeError as error:
            options = dict(recipe.options)
            raise InvalidInputError(f"The {recipe.kind} encoder cannot be made with {options}: {error}.") from error

    def _recipe_of(self, name: str) -> EncoderRecipe:
        if name not in self.recipe.encoders:
            raise InvalidInputError(f"The recipe has no encoder {name!r}. It has {', '.join(self.recipe.encoders)}.")
        return self.recipe.encoders[name]

    def recipe_digest(self, recipe: EncoderRecipe) -> str:
        """Digest of everything that an adapter depends on."""
        stages = [
            [stage.config.to_dict(), stage.queries, stage.documents, stage.pairs, stage.assistant]
            for stage in recipe.stages
        ]
        own = [recipe.kind, recipe.start, dict(recipe.options), stages]
        own += [recipe.side, recipe.queries_by] if recipe.side == "document" else []
        names = map(list, (self.recipe.evaluate, self.recipe.validate, self.recipe.exclude))
        assistant = self._assistant_of(recipe)
        divided = [dict(self.recipe.hold_out), dict(self.recipe.searches)]
        shared = [self.recipe.seed, *divided, assistant, *names]
        return digest(own, shared, self.teacher.space.fingerprint, self.data.amounts)

    def _assistant_of(self, recipe: EncoderRecipe) -> Any:
        """What the assistant of an encoder depends on, JSON-ready."""
        assistant = self.recipe.assistant
        if not isinstance(assistant, str):
            return assistant and assistant.to_dict()
        if not any(stage.assistant for stage in recipe.stages):  # such as the assistant itself
            return None
        own = self.recipe.encoders.get(assistant)
        return self.recipe_digest(own) if own else assistant

    @cached_property
    def assistant(self) -> Teacher:
        """The assistant: an encoder, or a map trained on the pairs of the encoders without those that validate them."""
        config = self.recipe.assistant
        if isinstance(config, str):
            return EncoderAssistant(self.teacher, self._trainable(config))
        assert config is not None  # the recipe was checked
        pairs = split([], self.data.pairs, None, exclude=self.data.never_trained_on, seed=config.seed).pairs
        assert pairs is not None
        return train_assistant(self.teacher, pairs, config=config, progress=self.progress)

    def _start(self, recipe: EncoderRecipe) -> QueryEncoder | EncoderMaker:
        """The encoder that the first stage trains, or a function that makes it from the queries it trains on."""
        kind, options = recipe.kind, {"seed": self.recipe.seed, **recipe.options}
        if recipe.start:
            itself = self.recipe.encoders.get(recipe.start) is recipe  # the adapter of that name, trained further
            place = recipe.start if itself else self._place(recipe.start)
            start = read_config(find_adapter(place))
            if not kind and start.space == self.teacher.space:
                return QueryEncoder.from_pretrained(place)
            if kind == "lora" and start.kind == ProjectionQueryEncoder.kind:
                return _deepened(ProjectionQueryEncoder.from_pretrained(place), options)
            kind, options["start"] = kind or start.kind, place
        return lambda queries: create_encoder(
            kind, self.teacher, queries=queries, options=options, progress=self.progress
        )

    def _adapter(self, name: str) -> QueryEncoder:
        """An adapter of this recipe, of a folder or of the hub."""
        return QueryEncoder.from_pretrained(self._place(name))

    def _trainable(self, name: str) -> TrainableQueryEncoder:
        """An adapter that query vectors are taken from."""
        encoder = self._adapter(name)
        if not isinstance(encoder, TrainableQueryEncoder):
            raise InvalidInputError(f"{name!r} is a {encoder.kind} encoder, which cannot be an assistant.")
        return encoder

    def _place(self, name: str) -> str | Path:
        return self.make(name).folder if name in self.recipe.encoders else name

    def _train(self, encoder: QueryEncoder | EncoderMaker, stage: Stage) -> TrainableQueryEncoder:
        trainer = DistillationTrainer(
            encoder,
            self.assistant if stage.assistant else self.teacher,
            self.data.queries_of(stage),
            config=stage.config,
            documents=self.data.documents_of(stage),
            pairs=self.data.pairs_of(stage),
            validation=self.data.validation,
            exclude=self.data.never_trained_on,
            progress=self.progress,
        )
        trainer.train()
        return trainer.encoder

    def assistant_of(self, recipe: EncoderRecipe) -> Teacher:
        """Whoever gives the query vectors that an encoder of documents is trained for."""
        return EncoderAssistant(self.teacher, self._trainable(recipe.queries_by)) if recipe.queries_by else self.teacher

    def _train_documents(
        self, recipe: EncoderRecipe, encoder: QueryEncoder | EncoderMaker, stage: Stage
    ) -> TrainableQueryEncoder:
        """The encoder, trained to embed documents; none that answers a measured query is trained on."""
        trainer = DistillationTrainer(
            encoder,
            self.assistant_of(recipe),
            [],
            config=stage.config,
            pairs=without_queries(self.data.pairs, self.data.never_trained_on),
            exclude=[text for test in self.data.tests for text in exchanged(test).queries.values()],
            side="document",
            progress=self.progress,
        )
        trainer.train()
        return trainer.encoder

    def _measure(self, name: str, folder: Path) -> tuple[Report, ...]:
        """Measure what was saved, and keep the figures in its folder."""
        encoder = QueryEncoder.from_pretrained(folder)
        if encoder.documents:
            return self._measure_documents(name, encoder, folder)
        tests, encoders = self.data.tests, {name: encoder}
        each = compare_each(encoders, self.teacher, tests, latency_queries=_TIMED, progress=self.progress)
        reports = tuple(each)
        encoder.metrics |= summaries(reports)[name]
        encoder.metrics[ONE_QUERY] = price_of_query(reports[0])
        encoder.save_pretrained(folder)
        return reports

    def _measure_documents(self, name: str, encoder: QueryEncoder, folder: Path) -> tuple[Report, ...]:
        """Measure what queries find among its documents; those of the encoder it was trained for, or its own."""
        asked = self._recipe_of(name).queries_by
        queries = {asked or name: self._adapter(asked) if asked else encoder}
        reports = tuple(compare_documents(encoder, queries, self.teacher, self.data.tests, progress=self.progress))
        encoder.metrics |= summaries(reports)[asked or name]
        encoder.save_pretrained(folder)
        return reports


def make_adapters(
    recipe: Recipe,
    *,
    data: str | Path,
    out: str | Path,
    only: Sequence[str] = (),
    teacher: str | None = None,
    progress: Progress = silent,
) -> Mapping[str, MadeAdapter]:
    """Make the adapters of a recipe.

    Args:
        recipe: From `load_recipe`.
        data: Folder that holds the recipe's datasets.
        out: Folder for the adapters.
        only: Names of the adapters to make; all by default.
        teacher: Name of the teacher, as `load_teacher` reads it; by default the recipe's, if it is on this machine.
        progress: Called during everything that takes long.

    Raises:
        InvalidInputError: A name in `only` is not in the recipe, or a value of the recipe is wrong.
        SpaceMismatchError: An adapter for another teacher is where one would go.
        TeacherError: The recipe's teacher is not on this machine: say its name.
    """
    maker = Maker(recipe, data=data, out=out, teacher=teacher, progress=progress)
    return {name: maker.make(name) for name in only or recipe.encoders}


def _deepened(projection: ProjectionQueryEncoder, options: Mapping[str, Any]) -> LoRAQueryEncoder:
    try:
        return LoRAQueryEncoder.from_projection(projection, **options)
    except TypeError as error:
        raise InvalidInputError(f"The lora encoder cannot be made with {dict(options)}: {error}.") from error
