"""``codequest encode``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from codequest.cli.display import console, messages, progress_bars
from codequest.cli.options.arguments import AdapterArgument
from codequest.errors import InvalidInputError
from codequest.texts import counted


def encode(
    adapter: Annotated[str, AdapterArgument],
    queries: Annotated[list[str] | None, typer.Argument(help="Queries; read from standard input without any.")] = None,
    *,
    out: Annotated[Path | None, typer.Option(help="Write float32 .npy, (n, dim), instead of JSON lines.")] = None,
) -> None:
    """Embed queries into the teacher's space."""
    import json
    from io import BytesIO

    import numpy as np

    from codequest.encoders import QueryEncoder
    from codequest.files import save_file

    encoder = QueryEncoder.from_pretrained(adapter)
    texts = queries or [line.rstrip("\n") for line in sys.stdin]  # splitlines() would also split at U+2028
    with progress_bars() as progress:
        vectors = encoder.encode(texts, progress=progress)
    if out is None:
        for vector in vectors:
            console.file.write(json.dumps([round(float(value), 6) for value in vector]) + "\n")
        return
    try:
        content = BytesIO()
        np.save(content, vectors)
        save_file(out, content.getvalue())
    except OSError as error:
        raise InvalidInputError(f"The vectors cannot be written to {out}: {error.strerror}.") from error
    messages.print(f"{counted(len(vectors), 'vector')} of {encoder.space} in {out}")
