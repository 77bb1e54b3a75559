"""The metadata of a card, by which the Hugging Face hub shows, filters and compares adapters."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from codequest.adapters.folder import AdapterConfig

ONE_QUERY = "one query"
"""Name under which an adapter's metrics keep the cost of a query; everything else there is a dataset."""

_TAGS = ("codequest", "code-search", "query-encoder")
_ON_THE_HUB = re.compile(r"\w[\w.-]*/[\w.-]+")  # not the path of a private folder, nor the name of a model of an API
_MEASURES = ("nDCG@10", "MRR@10", "Recall@10", "retention")


def front_matter(config: AdapterConfig, *, library: str) -> str:
    """The YAML block at the top of a card, as the hub's model card specification says.

    It holds ``base_model``, ``license``, ``datasets`` and ``model-index`` as far as they are known, ``library_name``,
    ``pipeline_tag``, ``tags``, and the adapter's ``teacher``.
    (https://github.com/huggingface/hub-docs/blob/main/modelcard.md)

    Args:
        config: Configuration of the encoder.
        library: Library that loads the folder.
    """
    import yaml

    teacher, base = config.space.teacher, base_of(config)
    licenses = set(licenses_of(config).values())
    results = _results(config.metrics)
    name = f"{config.kind} query encoder for {teacher}"
    data = {
        "base_model": base if _ON_THE_HUB.fullmatch(base) else None,
        "datasets": _datasets(config),
        "library_name": library,
        "license": licenses.pop() if len(licenses) == 1 and None not in licenses else None,
        "pipeline_tag": "feature-extraction",
        "tags": list(_TAGS),
        "teacher": teacher,
        "model-index": [{"name": name, "results": results}] if results else None,
    }
    known = {key: value for key, value in data.items() if value}
    written: str = yaml.safe_dump(known, sort_keys=False, allow_unicode=True, width=math.inf)
    return f"---\n{written}---"


def base_of(config: AdapterConfig) -> str:
    """The model whose weights the encoder starts from: its small base, or the teacher itself."""
    described: Mapping[str, Any] = config.encoder.get("source") or config.encoder  # of an exported encoder
    return str(described.get("base", config.space.teacher))


def licenses_of(config: AdapterConfig) -> dict[str, str | None]:
    """By model: the id of its licence on the hub; None where it is not known.

    The models are base, teacher, and the teachers of the adapters that it descends from.
    """
    from codequest.weights.known import known_models

    known = known_models()
    before = [str(record["teacher"]) for record in ancestors(config.training) if "teacher" in record]
    names = dict.fromkeys((base_of(config), config.space.teacher, *before))
    return {
        name: found.lower() if name in known and (found := known[name].license) is not None else None for name in names
    }


def ancestors(training: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Records of the adapters that an encoder descends from, the nearest first."""
    found: list[Mapping[str, Any]] = []
    record = training.get("start")
    while isinstance(record, Mapping):
        found.append(record)
        record = record.get("start")
    return found


def _datasets(config: AdapterConfig) -> list[str]:
    """Folders of what it was trained on: splits and files within them are in the table of training data."""
    sources = config.training.get("sources") or {}
    return sorted({name.split(":")[0].split("/")[0] for name in sources})


def _results(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Measurements by dataset; those that are not of retrieval are the user's own."""
    retrieval = {
        name: {measure: values[measure] for measure in _MEASURES if measure in values}
        for name, values in sorted(metrics.items())
        if name != ONE_QUERY and isinstance(values, Mapping)
    }
    return [_result(name, values) for name, values in retrieval.items() if values]


def _result(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    folder, _, split = name.partition("/")
    return {
        "task": {"type": "information-retrieval"},
        "dataset": {"name": name, "type": folder, **({"split": split} if split else {})},
        "metrics": [
            {"type": measure.lower().replace("@", "_at_"), "value": value, "name": measure}
            for measure, value in values.items()
        ],
    }
