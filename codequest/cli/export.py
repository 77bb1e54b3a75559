"""``codequest export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from codequest.cli.arguments import AdapterArgument
from codequest.cli.display import console, messages, quiet_libraries


def export(
    adapter: Annotated[str, AdapterArgument],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the exported encoder.")],
    runtime: Annotated[str, typer.Option(help="What is to run it: onnx or openvino.")] = "onnx",
    precision: Annotated[str, typer.Option(help="fp32, bf16 (openvino, where the CPU has it) or int8.")] = "fp32",
) -> None:
    """Write an adapter as one graph that needs no torch, if the graph gives the adapter's vectors."""
    from codequest.encoders import QueryEncoder

    quiet_libraries()
    encoder = QueryEncoder.from_pretrained(adapter)
    chosen: Any = runtime, precision  # checked by export itself
    folder = encoder.export(out, runtime=chosen[0], precision=chosen[1])
    described = QueryEncoder.from_pretrained(folder).describe()
    parity = ", ".join(f"{name} {value:.4f}" for name, value in sorted(described["parity"].items()))
    size = sum(path.stat().st_size for path in folder.iterdir())
    console.print(f"{described['way']}: {parity}, {size / 1e6:.1f} MB", highlight=False)
    messages.print(f"Exported: {folder}", highlight=False)
