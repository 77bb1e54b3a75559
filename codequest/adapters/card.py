"""The README.md of an adapter folder: a Hugging Face model card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from codequest.adapters.card_metadata import ONE_QUERY, ancestors, front_matter, licenses_of
from codequest.adapters.folder import AdapterConfig
from codequest.adapters.parts import means_of_parts
from codequest.texts import markdown_text

SNIPPET = """```python
from codequest import QueryEncoder

encoder = QueryEncoder.from_pretrained("{path}")
query_vector = encoder.encode("sort a dictionary by value")  # float32, ({dim},), unit length
```"""


_MEASURED = (
    "Queries by this encoder, documents by the teacher. Retention is the encoder's nDCG@10 over the teacher's own, "
    "with a paired bootstrap interval. A mean gives each part of its folder the same weight; its retention is the "
    "ratio of the two means."
)
_MEASURED_DOCUMENTS = (
    "Documents by this encoder, queries by the one that it was trained for. Retention is nDCG@10 over that of the same "
    "queries among the teacher's documents, with a paired bootstrap interval; the cosine is that of the queries to the "
    "teacher's. A mean gives each part of its folder the same weight; its retention is the ratio of the two means."
)
_DESCENT = (
    "It started from an adapter of another space: from its base and low-rank updates, or its rows, with a new map. "
    "What that one had learned, and from whose data, is in it."
)
_LIMITS = (
    "Only for documents embedded by this teacher at this revision. Languages and forms of query that it was not "
    "trained on lose more than the figures above say. Measure it on your own queries before you deploy it: "
    "`codequest report`."
)


def render_card(config: AdapterConfig, *, library: str = "codequest", snippet: str = SNIPPET) -> str:
    """The card of an adapter: its description, use, training, measurements and limits.

    Everything is in the order of its name, as it is in config.json: a folder that is loaded and saved stays the same.

    Args:
        config: Configuration of the encoder.
        library: Library that loads the folder.
        snippet: Code that loads it; ``{path}`` and ``{dim}`` are filled in.
    """
    metadata = front_matter(config, library=library)
    config = _inert(config)
    space, training = config.space, config.training
    parts = [
        metadata,
        *_title(config),
        snippet.format(path="path/to/this/folder", dim=space.dim),
    ]
    datasets = {name: values for name, values in sorted(config.metrics.items()) if name != ONE_QUERY}
    measured = [_measured(name, values) for name, values in [*datasets.items(), *means_of_parts(datasets).items()]]
    if measured:
        said = _MEASURED_DOCUMENTS if config.documents else _MEASURED
        parts.append(f"## Measured\n\n{said}\n\n{_rows(measured)}")
    if ONE_QUERY in config.metrics:
        parts.append("## One query\n\n" + _table(dict(sorted(config.metrics[ONE_QUERY].items()))))
    if descent := _descent_rows(training):
        parts.append(f"## Descent\n\n{_DESCENT}\n\n{_rows(descent)}")
    if training.get("stages"):
        parts.append("## Training\n\n" + _stages(training["stages"]))
    if training.get("sources"):
        named = [{"source": f"`{name}`", "what": what} for name, what in sorted(training["sources"].items())]
        about = f"Seed {training.get('seed')}, recipe {training.get('recipe')}."
        parts.append(f"## Training data\n\n{about}\n\n{_rows(named)}")
    parts += [
        "## The space\n\n"
        + _table({name: value for name, value in space.to_dict().items() if value not in ("", None)}),
        "## The encoder\n\n" + _table(dict(sorted(config.encoder.items()))),
        f"## Limits\n\n{_LIMITS}",
        f"## Licences\n\n{_licenses(config)}",
    ]
    return "\n\n".join(parts) + "\n"


def _inert(config: AdapterConfig) -> AdapterConfig:
    """The configuration, with its texts as Markdown shows them: an adapter that it descends from is a stranger's."""
    space = {name: _inert_value(value) for name, value in config.space.to_dict().items()}
    parts = {name: _inert_value(getattr(config, name)) for name in ("encoder", "training", "metrics")}
    return replace(config, space=replace(config.space, **space), **parts)


def _inert_value(value: Any) -> Any:
    if isinstance(value, str):
        return markdown_text(value)
    if isinstance(value, Mapping):
        return {_inert_value(name): _inert_value(each) for name, each in value.items()}
    return [_inert_value(each) for each in value] if isinstance(value, (list, tuple)) else value


def _title(config: AdapterConfig) -> tuple[str, str]:
    """Heading and first sentence."""
    space = config.space
    if config.documents:
        return (
            f"# {config.kind} document encoder for {space.teacher}",
            f"Embeds documents lightly into {space}, with `encode_documents`: the queries of its index find them at "
            "once, until that teacher has embedded them.",
        )
    return (
        f"# {config.kind} query encoder for {space.teacher}",
        f"Embeds queries into {space}, so that an index made by that teacher can be searched without running it.",
    )


def _descent_rows(training: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per adapter that an encoder descends from, the nearest first."""
    rows = []
    for record in ancestors(training):
        sources = (record.get("sources") or {}).items()
        rows.append(
            {
                "adapter": record.get("adapter"),
                "kind": record.get("kind"),
                "space": f"{record.get('dim')}-d, {record.get('teacher')}",
                "trained on": "; ".join(f"`{name}`: {what}" for name, what in sorted(sources)) or "not recorded",
            }
        )
    return rows


def _licenses(config: AdapterConfig) -> str:
    known = licenses_of(config)
    named = "; ".join(
        f"{model}: {license or 'not known to codequest, see its own card'}" for model, license in known.items()
    )
    return f"The encoder derives from these models, and they keep their licences: {named}. So does the training data."


def _measured(dataset: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Retention first, then the measures; of an interval one cell."""
    flat = _flat(values)
    low, high = flat.pop("retention_low", None), flat.pop("retention_high", None)
    interval = {} if low is None or high is None else {"95% interval": f"{low:.1%} to {high:.1%}"}
    kept = {"retention": f"{flat.pop('retention'):.1%}"} if "retention" in flat else {}
    return {"dataset": dataset, **kept, **interval, **{name: flat[name] for name in sorted(flat)}}


def _stages(stages: Sequence[Mapping[str, Any]]) -> str:
    """One column per stage of training."""
    flat = [_flat(stage) for stage in stages]
    names = sorted({name for stage in flat for name in stage})
    return _rows(
        [
            {"": name.replace("_", " "), **{f"stage {n}": stage.get(name, "") for n, stage in enumerate(flat, 1)}}
            for name in names
        ]
    )


def _flat(values: Any, prefix: str = "") -> dict[str, Any]:
    """Nested values under dotted names."""
    if not isinstance(values, Mapping):
        return {prefix: values}
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{prefix}.{name}" if prefix else str(name))
    return flat


def _rows(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table whose columns are the keys of the rows."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [[str(row.get(name, "")).replace("|", "∣") for name in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in (columns, ["---"] * len(columns), *lines))


def _table(values: Mapping[str, Any]) -> str:
    return _rows([{"": name.replace("_", " "), " ": value} for name, value in values.items()])
