"""The metadata of a card: what the Hugging Face hub shows, filters and compares adapters by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from codequest.storage import AdapterConfig

ONE_QUERY = "one query"
"""Where an adapter's metrics keep what a query costs; everything else there is a dataset."""

_TAGS = ("codequest", "code-search", "query-encoder")
_ON_THE_HUB = re.compile(r"\w[\w.-]*/[\w.-]+")  # not the path of a private folder, nor a name behind an API
_MEASURES = ("nDCG@10", "MRR@10", "Recall@10", "retention")


def front_matter(config: AdapterConfig, *, library: str) -> str:
    """The YAML block at the top of a card, as the hub's model card specification says.

    It holds ``base_model``, ``license``, ``datasets`` and ``model-index`` as far as they are known, ``library_name``,
    ``pipeline_tag``, ``tags``, and the adapter's ``teacher``.
    (https://github.com/huggingface/hub-docs/blob/main/modelcard.md)

    Args:
        config: Of the encoder.
        library: What loads the folder.
    """
    from huggingface_hub import ModelCardData

    teacher = config.space.teacher
    base = base_of(config)
    licenses = set(licenses_of(config).values())
    data = ModelCardData(
        base_model=base if _ON_THE_HUB.fullmatch(base) else None,
        license=licenses.pop() if len(licenses) == 1 and None not in licenses else None,
        datasets=_datasets(config) or None,
        library_name=library,
        pipeline_tag="feature-extraction",
        tags=list(_TAGS),
        teacher=teacher,
        model_name=f"{config.kind} query encoder for {teacher}",
        eval_results=_results(config.metrics) or None,
    )
    return f"---\n{data.to_yaml()}\n---"


def base_of(config: AdapterConfig) -> str:
    """The model whose weights the encoder starts from: its small base, or the teacher itself."""
    described: Mapping[str, Any] = config.encoder.get("source") or config.encoder  # of an exported encoder
    return str(described.get("base", config.space.teacher))


def licenses_of(config: AdapterConfig) -> dict[str, str | None]:
    """By model, base and teacher: the id of its licence on the hub; None where it is not known."""
    from codequest.backbone.known import known_models

    known = known_models()
    names = dict.fromkeys((base_of(config), config.space.teacher))
    return {
        name: found.lower() if name in known and (found := known[name].license) is not None else None for name in names
    }


def _datasets(config: AdapterConfig) -> list[str]:
    """Folders of what it was trained on: splits and files within them are in the table of training data."""
    sources = config.training.get("sources") or {}
    return sorted({name.split(":")[0].split("/")[0] for name in sources})


def _results(metrics: Mapping[str, Any]) -> list[Any]:
    from huggingface_hub import EvalResult

    return [
        EvalResult(
            task_type="information-retrieval",
            dataset_type=name.partition("/")[0],
            dataset_name=name,
            dataset_split=name.partition("/")[2] or None,  # results of one type and split are merged
            metric_type=measure.lower().replace("@", "_at_"),
            metric_name=measure,
            metric_value=values[measure],
        )
        for name, values in sorted(metrics.items())
        for measure in _MEASURES
        if name != ONE_QUERY and isinstance(values, Mapping) and measure in values  # others are the user's own
    ]
