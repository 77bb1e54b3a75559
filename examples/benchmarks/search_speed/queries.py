"""Queries against the index: what a process of its own measures."""

import time
from statistics import median

import numpy as np

from codequest.demo.corpus import standard_library
from codequest.encoders.base import QueryEncoder
from codequest.errors import CodequestError
from codequest.search import CodeIndex

QUERIES, WARM_UP = 300, 20
FORMS = (("onnx", "int8"), ("openvino", "int8"), ("openvino", "bf16"))


def export_lora(folder):
    """The LoRA encoder in the forms that run here, by name."""
    exported = {}
    for runtime, precision in FORMS:
        target = folder / f"minilm-lora-{runtime}-{precision}"
        try:
            if not target.exists():
                QueryEncoder.from_pretrained("minilm-lora").export(target, runtime=runtime, precision=precision)
            exported[f"LoRA, {runtime} {precision}"] = str(target)
        except CodequestError as error:
            print(f"LoRA, {runtime} {precision}: {error}")
    return exported


def measure(folder, encoder):
    """Columns of the table."""
    began = time.perf_counter()
    index = CodeIndex.open(folder / "code", encoder=encoder)
    index.search("open a file")
    first = time.perf_counter() - began
    queries = list(standard_library().test.queries.values())[: QUERIES + WARM_UP]
    whole = _times(index.search, queries)
    embedding = _times(QueryEncoder.from_pretrained(encoder).encode, queries)
    p50, p95 = np.percentile(whole, [50, 95])
    return f"{p50:.1f} | {p95:.1f} | {median(embedding):.1f} | {first:.1f}"


def _times(function, queries):
    """Milliseconds of each call, after a warm-up."""
    times = []
    for query in queries:
        began = time.perf_counter()
        function(query)
        times.append(1000 * (time.perf_counter() - began))
    return times[WARM_UP:]
