"""Reads BEIR and MTEB datasets from the Hugging Face hub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from codequest.data.dataset import RetrievalDataset
from codequest.data.records import judgments, texts_by_id
from codequest.errors import DatasetError, require
from codequest.files import folder_named

_QRELS_CONFIGS = ("qrels", "default")


def load_hub(name: str | Path, *, split: str = "test", revision: str | None = None) -> RetrievalDataset:
    """Read a hub dataset with the configs ``corpus``, ``queries`` and ``default`` (or ``qrels``).

    Texts come from the split of that name, else from the only split of their config: BEIR names it like the
    config, newer MTEB datasets like the qrels split.

    Args:
        name: Repository on the hub, such as ``"mteb/cosqa"``, or a local folder of that layout, written as a path:
            ``"./mteb/cosqa"``.
        split: Split of the qrels.
        revision: Commit, tag or branch of the repository.

    Returns:
        The queries of that split and the whole corpus; named ``name/split``.

    Raises:
        DatasetError: It cannot be reached or read, or lacks a config or the split, or contradicts itself; or a folder
            of that name would be read in its place.
        MissingDependencyError: The package ``datasets`` is not installed.
    """
    refuse_folder(name)
    name = str(name)
    datasets = require("datasets", extra="hub")
    configs = _config_names(datasets, name, revision)
    qrels_config = next((config for config in _QRELS_CONFIGS if config in configs), None)
    missing = [config for config in ("corpus", "queries") if config not in configs]
    if missing or qrels_config is None:
        raise DatasetError(
            f"{name} has the configs {', '.join(map(repr, configs))}. A retrieval dataset has 'corpus', 'queries' "
            "and 'default' or 'qrels'. Download another layout as a BEIR folder, and use load_beir."
        )
    qrels = _load(datasets, name, qrels_config, revision)
    if split not in qrels:
        raise DatasetError(f"{name} has no split {split!r}. Its qrels have {', '.join(map(repr, sorted(qrels)))}.")
    qrels_source = f"{name}, config {qrels_config}"
    return RetrievalDataset(
        name=f"{name}/{split}",
        queries=_texts(datasets, name, "queries", split, revision),
        documents=_texts(datasets, name, "corpus", split, revision),
        qrels=judgments(_rows(qrels[split], qrels_source), source=qrels_source, unit="row"),
    )


def load_table(name: str | Path, config: str | None = None, split: str | None = None) -> Any:
    """A split of a hub dataset as a `datasets.Dataset`, whose rows are read from the disk.

    Args:
        name: Repository on the hub, or a local folder of its layout, written as a path.
        config: By default ``corpus``, or the only one.
        split: By default the one named like the config, the only one, or ``train``.

    Raises:
        DatasetError: It cannot be reached or read, or it is not clear which config or split is meant.
        MissingDependencyError: The package ``datasets`` is not installed.
    """
    refuse_folder(name)
    datasets = require("datasets", extra="hub")
    configs = _config_names(datasets, str(name), None)
    chosen = _chosen(config, configs, ("corpus",), what=f"{name} has the configs")
    splits = _load(datasets, str(name), chosen, None)
    return splits[_chosen(split, list(splits), (chosen, "train"), what=f"{name}, config {chosen}, has the splits")]


def _chosen(given: str | None, there: list[str], usual: tuple[str, ...], *, what: str) -> str:
    wanted: tuple[str, ...] = (given,) if given is not None else (*usual, *(there if len(there) == 1 else ()))
    found: str | None = next((name for name in wanted if name in there), None)
    if found is None:
        problem = f"not {given!r}" if given is not None else "and it is not clear which one is meant"
        raise DatasetError(
            f"{what} {', '.join(map(repr, sorted(there)))}, {problem}. Name one: hub:REPOSITORY:CONFIG:SPLIT."
        )
    return found


def refuse_folder(name: str | Path) -> None:
    """Refuse the name of a repository that the library datasets would take for a folder in the working directory.

    Raises:
        DatasetError: There is such a folder, and the name is not written as a path.
    """
    is_path = isinstance(name, Path) or name.startswith((".", "~")) or Path(name).is_absolute()
    if not is_path and folder_named(name) is not None:
        raise DatasetError(
            f"{name} is a repository on the hub, but a folder of that name is here, and would be read in its place. "
            f"Write hub:./{name} for the folder, or run this elsewhere."
        )


def _config_names(datasets: ModuleType, name: str, revision: str | None) -> list[str]:
    try:
        return sorted(datasets.get_dataset_config_names(name, revision=revision))
    except Exception as error:  # httpx, requests, OSError or its own, by the version of the hub client
        raise _unreadable(name, error) from error


def _load(datasets: ModuleType, name: str, config: str, revision: str | None) -> dict[str, Any]:
    try:
        return dict(datasets.load_dataset(name, config, revision=revision))
    except Exception as error:  # as above
        raise _unreadable(f"{name}, config {config},", error) from error


def _unreadable(what: str, error: Exception) -> DatasetError:
    cause = error.__cause__ or error  # `datasets` wraps what went wrong in a sentence that does not say it
    return DatasetError(
        f"{what} cannot be read from the Hugging Face hub: {type(cause).__name__}: {cause}. Check the name and the "
        "network (a private dataset needs `hf auth login`), or download it as a BEIR folder, and use load_beir."
    )


def _texts(datasets: ModuleType, name: str, config: str, split: str, revision: str | None) -> dict[str, str]:
    splits = _load(datasets, name, config, revision)
    for candidate in (split, config, *(splits if len(splits) == 1 else ())):
        if candidate in splits:
            source = f"{name}, config {config}"
            return texts_by_id(_rows(splits[candidate], source), source=source, unit="row")
    raise DatasetError(
        f"{name}, config {config}, has neither the split {split!r} nor {config!r}, "
        f"and more than one other: {', '.join(map(repr, sorted(splits)))}."
    )


def _rows(table: Iterable[dict[str, Any]], source: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        yield from enumerate(table, start=1)
    except Exception as error:  # of pyarrow or its own: files are opened as their rows come
        raise _unreadable(source, error) from error
