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
    if config.training:
        parts.append("## Training\n\n" + _table(config.training))
    if config.metrics:
        parts.append("## Measured\n\n" + _table(config.metrics))
    return "\n\n".join(parts) + "\n"


def _front_matter(base: str) -> str:
    lines = ["library_name: codequest", "pipeline_tag: feature-extraction"]
    if "/" in base and not base.startswith("/"):
        lines.insert(0, f"base_model: {base}")
    return "---\n" + "\n".join([*lines, "tags:", "- codequest", "- code-search", "- query-encoder"]) + "\n---"


def _table(values: Mapping[str, Any]) -> str:
    rows = [f"| {name} | {str(value).replace('|', '∣')} |" for name, value in values.items()]
    return "\n".join(["| | |", "|---|---|", *rows])
