"""What a search of a large index costs and finds: of a process of its own."""

import time

import numpy as np

from codequest.demo.corpus import standard_library
from codequest.encoders.light import light_encoder
from codequest.search import CodeIndex
from codequest.search.store.vector_file import vectors_file

QUERIES, WARM_UP, COMPARED, TOP = 200, 20, 100, 10


def measure(root, name):
    """Columns of the table."""
    encoder = light_encoder(name)
    queries = list(standard_library().test.queries.values())[: QUERIES + WARM_UP]
    vectors = encoder.encode(queries)
    before = resident()
    began = time.perf_counter()
    index = CodeIndex.open(root, encoder=encoder)
    opened = time.perf_counter()
    index.search("open a file")
    first = time.perf_counter()
    times = []
    for query in queries:
        start = time.perf_counter()
        index.search(query)
        times.append(1000 * (time.perf_counter() - start))
    p50, p95 = np.percentile(times[WARM_UP:], [50, 95])
    memory = (resident() - before) / index.stats.chunks
    recall = recall_of(index, vectors[:COMPARED])
    return f"{p50:.1f} | {p95:.1f} | {recall:.4f} | {opened - began:.1f} | {first - opened:.2f} | {memory:.0f}"


def resident():
    """Bytes of this process that are in memory, mapped files among them."""
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def recall_of(index, query_vectors):
    """Part of the ten best by exact search that Puma's own have."""
    snapshot = index.opened.current()[0]
    [file] = index.folder.glob(f"store/*/{vectors_file('teacher')}")
    rows = np.memmap(file, np.float32, mode="r").reshape(-1, query_vectors.shape[1])
    exact = np.concatenate([query_vectors @ rows[start : start + 50_000].T for start in range(0, len(rows), 50_000)], 1)
    found = 0
    for scores, vector in zip(exact, query_vectors, strict=True):
        places, cosines = snapshot.cosines(vector).best(TOP)
        found += len({*np.argsort(-scores)[:TOP]} & {*places[np.argsort(-cosines)[:TOP]]})
    return found / (TOP * len(query_vectors))
