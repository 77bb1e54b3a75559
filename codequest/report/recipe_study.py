"""The study of a recipe: its encoders compared by adaptation, once all are made."""

from __future__ import annotations

from pathlib import Path

from codequest.progress import Progress, silent
from codequest.report.adaptation_files import write_study
from codequest.report.adaptations import study_adaptations
from codequest.training.recipes.making import Maker
from codequest.training.recipes.recipe import Recipe

_FOLDER = "study"


def study_recipe(
    recipe: Recipe, *, data: str | Path, out: str | Path, teacher: str | None = None, progress: Progress = silent
) -> Path:
    """Measure and draw the trade-offs that the recipe's `study` names; arguments as in `make_adapters`.

    Returns:
        The folder below `out` with ``study.json``, ``study.md`` and the figures.

    Raises:
        InvalidInputError: An encoder does not say what a query costs.
        MissingDependencyError: The extra ``report`` is not installed.
    """
    maker = Maker(recipe, data=data, out=out, teacher=teacher, progress=progress)
    groups = {kind: {name: maker.out / name for name in names} for kind, names in recipe.study.items()}
    study = study_adaptations(groups, maker.teacher, maker.data.tests, seed=recipe.seed, progress=progress)
    return write_study(maker.out / _FOLDER, study)
