"""``codequest export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from codequest.cli.display import console, messages
from codequest.cli.options.arguments import AdapterArgument
from codequest.errors import InvalidInputError
from codequest.runtimes import RUNTIMES, GraphPrecision


def _precisions() -> str:
    """The precisions, each with its runtimes where not all have it."""
    named = []
    for precision in get_args(GraphPrecision):
        having = [row.name for row in RUNTIMES.values() if precision in row.precisions]
        everywhere = len(having) == len(RUNTIMES)
        named.append(precision if everywhere else f"{precision} ({', '.join(having)}, where the CPU has it)")
    return f"{', '.join(named[:-1])} or {named[-1]}."


_RUNTIME_HELP = f"Runtime: {', '.join(RUNTIMES)} or sentence-transformers."
_PRECISION_HELP = _precisions()


def export(
    adapter: Annotated[str, AdapterArgument],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the exported encoder.")],
    runtime: Annotated[str, typer.Option(help=_RUNTIME_HELP)] = "onnx",
    precision: Annotated[str, typer.Option(help=_PRECISION_HELP)] = "fp32",
    router: Annotated[
        bool, typer.Option("--router", help="sentence-transformers: with the teacher as the document route.")
    ] = False,
) -> None:
    """Write an adapter for a runtime that needs no codequest or no torch, if that gives the adapter's vectors."""
    from codequest.encoders import QueryEncoder

    if router and (runtime, precision) != ("sentence-transformers", "fp32"):
        raise InvalidInputError(
            f"--router is for --runtime sentence-transformers in fp32, got {runtime} in {precision}."
        )
    encoder = QueryEncoder.from_pretrained(adapter)
    chosen: Any = runtime, precision  # checked by export itself
    if router:
        from codequest.integrations.sentence_transformers import export_router

        folder = export_router(encoder, out)
    else:
        folder = encoder.export(out, runtime=chosen[0], precision=chosen[1])
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    console.print(f"{_parity(folder, runtime)}{size / 1e6:.1f} MB")
    messages.print(f"Exported: {folder}")


def _parity(folder: Path, runtime: str) -> str:
    """Parity of a graph, and the way it was made."""
    if runtime == "sentence-transformers":
        return ""
    from codequest.encoders import QueryEncoder

    described = QueryEncoder.from_pretrained(folder).describe()
    measured = ", ".join(f"{name} {value:.4f}" for name, value in sorted(described["parity"].items()))
    return f"{described['way']}: {measured}, "
