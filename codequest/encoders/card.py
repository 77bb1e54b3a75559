"""The README.md of an adapter folder: a Hugging Face model card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codequest.storage import AdapterConfig

_SNIPPET = """```python
from codequest import QueryEncoder

encoder = QueryEncoder.from_pretrained("{path}")
query_vector = encoder.encode("sort a dictionary by value")  # float32, ({dim},), unit length
```"""


def render_card(config: AdapterConfig) -> str:
    """The card of an adapter: what it is, how to use it, how it was trained, what was measured."""
    space, base = config.space, config.encoder.get("base", config.space.teacher)
    parts = [
        _front_matter(str(base)),
        f"# {config.kind} query encoder for {space.teacher}",
        f"Embeds queries into {space}, so that an index made by that teacher can be searched without running it.",
        _SNIPPET.format(path="path/to/this/folder", dim=space.dim),
        "## The space\n\n"
        + _table({name: value for name, value in space.to_dict().items() if value not in ("", None)}),
        "## The encoder\n\n" + _table(config.encoder),
    ]
    for number, stage in enumerate(config.training.get("stages", ()), 1):
        parts.append(f"## Training, stage {number}\n\n" + _table(_flat(stage)))
    for dataset, measured in config.metrics.items():
        parts.append(f"## Measured on {dataset}\n\n" + _table(_flat(measured)))
    return "\n\n".join(parts) + "\n"


def _flat(values: Any, prefix: str = "") -> dict[str, Any]:
    """Nested values under dotted names."""
    if not isinstance(values, Mapping):
        return {prefix: values}
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{prefix}.{name}" if prefix else str(name))
    return flat


def _front_matter(base: str) -> str:
    lines = ["library_name: codequest", "pipeline_tag: feature-extraction"]
    if "/" in base and not base.startswith("/"):
        lines.insert(0, f"base_model: {base}")
    return "---\n" + "\n".join([*lines, "tags:", "- codequest", "- code-search", "- query-encoder"]) + "\n---"


def _table(values: Mapping[str, Any]) -> str:
    rows = [f"| {name.replace('_', ' ')} | {str(value).replace('|', '∣')} |" for name, value in values.items()]
    return "\n".join(["| | |", "|---|---|", *rows])
