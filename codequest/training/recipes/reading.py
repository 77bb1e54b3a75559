"""Reads a recipe: strictly, since it may be a stranger's."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path, PureWindowsPath
from typing import Any, get_args

from codequest.arguments import did_you_mean_path, path_given
from codequest.encoders.kinds import trainable_kinds
from codequest.errors import InvalidInputError
from codequest.json_files import checked, read_bytes
from codequest.space import Side
from codequest.texts import counted
from codequest.training.config import DistillationConfig
from codequest.training.recipes.recipe import COMPACT_KINDS, EncoderRecipe, Recipe, Stage

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_MOST_BYTES = 2**20  # a hundred times a recipe of many encoders
_REMEDY = "See the guide to recipes for what is expected."


def load_recipe(path: str | Path) -> Recipe:
    """Read a recipe.

    Args:
        path: TOML file; the keys are the attributes of `Recipe`, `EncoderRecipe`, `Stage` and `DistillationConfig`.

    Raises:
        InvalidInputError: The file is missing or no TOML, a key is unknown or missing, or a value is wrong.
    """
    file = path_given(path, "A recipe")
    if not file.is_file():
        raise InvalidInputError(f"There is no recipe {file}. Expected a TOML file.{did_you_mean_path(file)}")
    try:
        text = read_bytes(file, most_bytes=_MOST_BYTES).decode("utf-8").replace("\r\n", "\n")
        values = tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:  # numbers of thousands of digits, and nesting, too
        raise InvalidInputError(f"{file} cannot be read as a recipe: {error}. Expected a TOML file.") from error
    tables, assistant, shared = values.pop("encoders", {}), values.pop("assistant", None), values.pop("stages", [])
    if not isinstance(tables, dict) or not tables:
        raise InvalidInputError(f"{file} has no encoder. Add a table [encoders.NAME] with a kind and stages.")
    encoders = {name: _encoder(table, f"{file}, encoder {name}", shared) for name, table in tables.items()}
    known = _checked(values, Recipe, str(file), needed=("teacher", "queries", "evaluate"))
    if isinstance(assistant, dict):
        assistant = _config(assistant, f"{file}, assistant")
    typed = checked({**known, "encoders": {}}, Recipe, str(file), InvalidInputError, _REMEDY)
    recipe = replace(typed, assistant=assistant, encoders=encoders, source=text)
    _check_places(recipe, str(file))
    _check_assistant(recipe, str(file))
    _check_numbers(recipe.at_most, "at_most", [*recipe.queries, *recipe.pairs], str(file))
    _check_numbers(recipe.hold_out, "hold_out", recipe.pairs, str(file))
    _check_searches(recipe, str(file))
    for kind, names in recipe.study.items():
        _check_names(dict.fromkeys(names), f"study, {kind},", [*recipe.encoders], str(file))
    return recipe


def _check_places(recipe: Recipe, where: str) -> None:
    """Refuse names that lead out of the folders of the data and of the adapters: a recipe may be a stranger's."""
    for name in recipe.encoders:
        if not re.fullmatch(r"\w[\w.-]*", name):
            raise InvalidInputError(
                f"{where}: the encoder {name!r:.80} cannot be the name of a folder. Use letters, digits, . _ and -."
            )
    for name in (*recipe.queries, *recipe.exclude, *recipe.pairs, *recipe.evaluate, *recipe.validate):
        if name.startswith("hub:"):
            continue
        for part in name.split(":"):
            path = PureWindowsPath(part)  # which knows both slashes
            if path.anchor or part.startswith("~") or ".." in path.parts:
                raise InvalidInputError(
                    f"{where}: {name!r:.80} leads out of the folder of the data. Name sources by their place in it."
                )


def _check_assistant(recipe: Recipe, where: str) -> None:
    """Refuse an assistant that cannot be trained, and a stage that uses an assistant where there is none."""
    assistant = recipe.assistant
    taught = [name for name, encoder in recipe.encoders.items() if any(stage.assistant for stage in encoder.stages)]
    if assistant is None:
        if taught:
            raise InvalidInputError(f"{where}: a stage has assistant = true. Add a table [assistant].")
    elif isinstance(assistant, str):
        if assistant in taught:
            raise InvalidInputError(
                f"{where}: the encoder {assistant} is the assistant, and one of its own stages has assistant = true. "
                "Train the assistant without it."
            )
    elif not isinstance(assistant, DistillationConfig):
        raise InvalidInputError(
            f"{where}: the assistant is a table [assistant], or the name of an encoder, got {assistant!r:.80}."
        )
    elif not recipe.pairs or set(assistant.losses) - {"infonce", "cosine"}:
        raise InvalidInputError(
            f"{where}: the assistant is trained on pairs by infonce and cosine, got "
            f"{counted(len(recipe.pairs), 'set')} of pairs and the losses {sorted(assistant.losses)}."
        )


def _check_numbers(numbers: Any, key: str, names: Sequence[str], where: str) -> None:
    """Refuse anything but positive whole numbers by the names of sources."""
    if not isinstance(numbers, dict) or any(type(value) is not int or value < 1 for value in numbers.values()):
        raise InvalidInputError(f"{where}: {key} maps names of sources to positive whole numbers, got {numbers!r}.")
    _check_names(numbers, key, names, where)


def _check_searches(recipe: Recipe, where: str) -> None:
    """Refuse anything but languages by the names of labelled sets."""
    languages = recipe.searches
    if not isinstance(languages, dict) or any(not isinstance(name, str) or not name for name in languages.values()):
        raise InvalidInputError(f"{where}: searches maps names of pairs to languages, got {languages!r}.")
    _check_names(languages, "searches", recipe.pairs, where)


def _check_names(table: Mapping[str, Any], key: str, names: Sequence[str], where: str) -> None:
    unknown = sorted(set(table) - set(names))
    if unknown:
        raise InvalidInputError(f"{where}: {key} names {', '.join(unknown)}. Sources: {', '.join(names)}.")


def _encoder(table: Any, where: str, shared: Any) -> EncoderRecipe:
    if not isinstance(table, dict):
        raise InvalidInputError(f"{where}: expected a table, got {table!r}.")
    given = dict(table)
    compact = given.get("kind") in COMPACT_KINDS
    own_stages = given.pop("stages", [] if compact else shared)
    tables = checked(own_stages, list[dict[str, Any]], f"{where}, stages", InvalidInputError, _REMEDY)
    stages = tuple(_stage(stage, f"{where}, stage {number}") for number, stage in enumerate(tables, 1))
    named = {name: given.pop(name) for name in ("kind", "start", "side", "queries_by") if name in given}
    own = checked(named, dict[str, str], where, InvalidInputError, _REMEDY)
    if not own.keys() & {"kind", "start"} or not all(own.values()):
        raise InvalidInputError(
            f"{where}: expected a kind ({', '.join(trainable_kinds())}), or start, an adapter to train further or to "
            "start from, or both."
        )
    kinds = [*trainable_kinds(), *COMPACT_KINDS]
    if "kind" in own and own["kind"] not in kinds:
        raise InvalidInputError(f"{where}: unknown kind {own['kind']!r}. Kinds: {', '.join(kinds)}.")
    if compact:
        _check_compact(own, stages, where)
    elif not stages:
        raise InvalidInputError(f"{where}: there is no stage. Add a [[encoders.NAME.stages]].")
    if own.get("side", "query") not in get_args(Side):
        raise InvalidInputError(f"{where}: side must be query or document, got {own['side']!r:.80}.")
    if own.get("side") == "document":
        _check_documents(stages, where)
    elif "queries_by" in own:
        raise InvalidInputError(f'{where}: queries_by is for side = "document" alone.')
    return EncoderRecipe(**own, options=given, stages=stages)  # type: ignore[arg-type]  # the side was checked


def _check_compact(own: Mapping[str, str], stages: Sequence[Stage], where: str) -> None:
    """Refuse what an encoder that is not trained has no use for, or lacks."""
    if stages or own.keys() - {"kind", "start"} or ("start" in own) != (own["kind"] == "exported"):
        raise InvalidInputError(
            f"{where}: a {own['kind']} encoder is made without training, "
            + (
                "from an adapter: give start, and no stages."
                if own["kind"] == "exported"
                else "from the teacher: give neither start nor stages."
            )
        )


def _check_documents(stages: Sequence[Stage], where: str) -> None:
    """Refuse what a stage for documents has no use for."""
    for number, stage in enumerate(stages, 1):
        if not stage.pairs or stage.queries is not None or stage.documents or stage.assistant:
            raise InvalidInputError(
                f'{where}, stage {number}: with side = "document" a stage trains on the documents of the pairs: set '
                "pairs = true, and neither queries, documents nor assistant."
            )


def _stage(table: Mapping[str, Any], where: str) -> Stage:
    own = {name: table[name] for name in ("queries", "documents", "pairs", "assistant") if name in table}
    config = _config({name: value for name, value in table.items() if name not in own}, where)
    stage = replace(checked({**own, "config": {}}, Stage, where, InvalidInputError, _REMEDY), config=config)
    if config.needs_documents and not stage.pairs:
        raise InvalidInputError(f"{where}: the losses {sorted(config.losses)} need pairs = true.")
    fewest = 0 if stage.pairs else 1  # the queries of the pairs are enough
    if stage.documents < 0 or (stage.queries is not None and stage.queries < fewest):
        raise InvalidInputError(
            f"{where}: queries must be at least {fewest} and documents at least 0, got {stage.queries} and "
            f"{stage.documents}."
        )
    return stage


def _config(table: Any, where: str) -> DistillationConfig:
    if not isinstance(table, dict):
        raise InvalidInputError(f"{where}: expected a table, got {table!r:.80}.")
    known = _checked(table, DistillationConfig, where)
    try:
        DistillationConfig(**known)  # names the choices that there are
    except InvalidInputError as error:
        raise InvalidInputError(f"{where}: {error}") from error
    except (TypeError, AttributeError, OverflowError):
        pass  # a wrong type: the schema says which was expected
    return checked(known, DistillationConfig, where, InvalidInputError, _REMEDY)


def _checked(values: Mapping[str, Any], of: Any, where: str, *, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """The values, when each is a field of the class and none that is needed is missing."""
    names = [entry.name for entry in fields(of) if entry.name not in ("assistant", "encoders", "source")]
    unknown, missing = sorted(set(values) - set(names)), sorted(set(needed) - set(values))
    if unknown or missing:
        said = [f"unknown {', '.join(unknown)}"] if unknown else []
        said += [f"missing {', '.join(missing)}"] if missing else []
        raise InvalidInputError(f"{where}: {'; '.join(said)}. Keys: {', '.join(names)}.")
    return dict(values)
