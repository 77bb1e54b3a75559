"""Small indexes of a tiny teacher."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.teachers import IndexProbe

LINES = ["sort a list", "read the file", "open http", "search a dict", "query by value", "in the list", "x = {1: 2}"]

LONG = ["x = {1: 2} # why? " * 8, "for path in paths: read(path) " * 6, "a = b + c; " * 20]

TEXTS = [*(f"{line} {number}" for number, line in enumerate(LINES * 3)), *LONG, ""]

PROMPTS = {"query": "find the code: ", "document": "code: ", "qa": "an answer to the question: "}


def of(folder: Path, *, without: tuple[str, ...] = (), pooling: str = "mean", **options: Any) -> npt.NDArray[Any]:
    """Documents embedded by sentence-transformers, as an index may have been made."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    model = SentenceTransformer(str(folder), device="cpu")
    modules = [module for module in model if type(module).__name__ not in without]
    modules[1] = Pooling(32, pooling_mode=pooling)
    changed = SentenceTransformer(modules=modules, device="cpu", prompts=PROMPTS)
    if "max_tokens" in options:
        changed.max_seq_length = options.pop("max_tokens")
    return np.asarray(changed.encode(TEXTS, **{"prompt": PROMPTS["document"], **options}))


def different(probe: IndexProbe) -> dict[str, tuple[str, str]]:
    return {finding.what: (finding.index, finding.teacher) for finding in probe.findings if not finding.agrees}
