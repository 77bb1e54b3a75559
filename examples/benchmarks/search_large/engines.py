"""Engines that search many vectors, each with its size and the time that it took to build."""

import shutil
import time
from statistics import median

import faiss
import lancedb
import numpy as np
import pyarrow as pa
from lancedb.index import HnswSq, IvfPq
from search_large.measure import TOP

from codequest.search.store.vector_codes import mapped_codes, new_codes

LISTS = 1024
READ, EFFORTS, PROBES, REFINED = (1024, 2048), (64, 256), (32, 128), 20


def measured(search, queries, best):
    times, found = [], 0
    for query, right in zip(queries, best, strict=True):
        began = time.perf_counter()
        rows = search(query)
        times.append(1000 * (time.perf_counter() - began))
        found += len({*right.tolist()} & {int(row) for row in rows})
    return f"{median(times):.2f}", f"{found / (TOP * len(queries)):.3f}"


def engines(folder, vectors):
    """Name, bytes, seconds of the build, and a search, of each."""
    yield "exact, float32", vectors.nbytes, 0, lambda query: np.argsort(-(vectors @ query))[:TOP]
    began = time.perf_counter()
    new_codes(folder / "codes", vectors)
    codes = mapped_codes(folder / "codes", rows=len(vectors), dim=vectors.shape[1])
    for read in READ:
        name, seconds = f"Puma's codes, {read} read", time.perf_counter() - began
        yield name, codes.rows.nbytes, seconds, by_codes(codes, vectors, read)
    for name, text, settings in (
        ("FAISS HNSW, int8", "HNSW32_SQ8", [{"efSearch": effort} for effort in EFFORTS]),
        ("FAISS IVF, int8", f"IVF{LISTS},SQ8", [{"nprobe": probes} for probes in PROBES]),
        ("FAISS IVF, PQ fast scan", f"IVF{LISTS},PQ192x4fs", [{"nprobe": probes} for probes in PROBES]),
    ):
        began = time.perf_counter()
        index = faiss.index_factory(vectors.shape[1], text, faiss.METRIC_INNER_PRODUCT)
        index.train(vectors[:50_000])
        index.add(vectors)
        size, seconds = len(faiss.serialize_index(index)), time.perf_counter() - began
        for setting in settings:
            [(key, value)] = setting.items()
            yield f"{name}, {key} {value}", size, seconds, by_faiss(index, vectors, key, value)
    yield from of_lancedb(folder / "lance", vectors)


def by_codes(codes, vectors, read):
    def search(query):
        near = codes.nearest(query, read, None)
        return near[np.argsort(-(vectors[near] @ query))[:TOP]]

    return search


def by_faiss(index, vectors, key, value):
    def search(query):
        faiss.ParameterSpace().set_index_parameter(index, key, value)
        _, found = index.search(query[None], REFINED * TOP)
        near = found[0][found[0] >= 0]
        return near[np.argsort(-(vectors[near] @ query))[:TOP]]

    return search


def of_lancedb(folder, vectors):
    rows = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
    ids = pa.array(np.arange(len(vectors)))
    for name, config in (("IVF PQ", IvfPq(distance_type="dot")), ("HNSW int8", HnswSq(distance_type="dot"))):
        shutil.rmtree(folder, ignore_errors=True)
        table = lancedb.connect(folder).create_table("code", pa.table({"id": ids, "vector": rows}))
        began = time.perf_counter()
        table.create_index("vector", config=config)
        seconds = time.perf_counter() - began
        size = sum(file.stat().st_size for file in folder.rglob("_indices/**/*") if file.is_file())
        for probes in (20, 100):
            yield f"LanceDB {name}, {probes} probes", size, seconds, by_lancedb(table, probes)


def by_lancedb(table, probes):
    def search(query):
        asked = table.search(query).distance_type("dot").nprobes(probes).refine_factor(REFINED).select(["id"])
        return [row["id"] for row in asked.limit(TOP).to_list()]

    return search
