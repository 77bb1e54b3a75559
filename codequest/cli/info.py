"""``codequest info``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from codequest.cli.display import console, facts_of, write_json
from codequest.cli.options.arguments import AdapterArgument, JsonOption

_SHOWN = {"adapter": "adapter", "kind": "kind", "embeds": "embeds", "megabytes": "MB"}


def info(adapter: Annotated[str | None, AdapterArgument] = None, *, as_json: JsonOption = False) -> None:
    """Show an adapter: its space, its training, its measurements, the cost of a query; or the index of a folder.

    Without one, list those that come with codequest, by the space that they embed into. An adapter or an index is
    always JSON.
    """
    from codequest.encoders import QueryEncoder

    if adapter is None:
        from codequest.cli.printing.screen import text_table

        shipped = _shipped()
        if as_json:
            write_json({"adapters": shipped})
            return
        for teacher, dim in dict.fromkeys((row["teacher"], row["dim"]) for row in shipped):
            own = (row for row in shipped if (row["teacher"], row["dim"]) == (teacher, dim))
            rows = [{name: str(row[key]) for key, name in _SHOWN.items()} for row in own]
            console.print(text_table(rows, title=f"In the space of {teacher}, {dim} dimensions"))
        return
    if _has_index(Path(adapter)):
        from codequest.cli.index import index_facts
        from codequest.search import CodeIndex

        write_json(index_facts(CodeIndex.open(adapter, encoder=None)))
        return
    encoder = QueryEncoder.from_pretrained(adapter)
    chosen = {}
    if encoder.kind == "quantized":
        from codequest.encoders import QuantizedQueryEncoder

        assert isinstance(encoder, QuantizedQueryEncoder)
        chosen = {"chosen": {"runtime": encoder.runtime, "precision": encoder.precision, "why": encoder.why}}
    write_json(
        {
            "kind": encoder.kind,
            "space": {**encoder.space.to_dict(), "fingerprint": encoder.space.fingerprint},
            "encoder": encoder.describe(),
            **chosen,
            "cost_of_one_query": facts_of(encoder.cost()),
            "training": encoder.training,
            "metrics": encoder.metrics,
        }
    )


def _has_index(folder: Path) -> bool:
    """Tell whether this is an indexed folder rather than an adapter."""
    from codequest.adapters.folder import CONFIG_FILE

    if not folder.is_dir() or (folder / CONFIG_FILE).is_file():
        return False
    from codequest.search.home import IndexHome

    return IndexHome.is_indexed(folder)


def _shipped() -> list[dict[str, str | float]]:
    """The adapters that come with codequest."""
    from codequest.adapters import find_adapter, shipped_adapters
    from codequest.adapters.folder import TENSORS_FILE, read_config

    rows: list[dict[str, str | float]] = []
    for name in shipped_adapters():
        folder = find_adapter(name)
        config = read_config(folder)
        rows.append(
            {
                "adapter": name,
                "kind": config.kind,
                "embeds": "documents" if config.documents else "queries",
                "megabytes": round((folder / TENSORS_FILE).stat().st_size / 1e6, 1),
                "teacher": config.space.teacher,
                "dim": config.space.dim,
            }
        )
    return rows
