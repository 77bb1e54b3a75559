"""What searches many vectors best with light queries: python examples/benchmarks/puma_engines.py FOLDER.

FOLDER is one of puma_large.py. Of its vectors the first 200,000 are searched by Puma's codes, by FAISS and by LanceDB,
with the queries of both light encoders, on one core each. Recall@10 is against exact search with the same queries.
"""

import argparse
from pathlib import Path

import faiss
import numpy as np
from search_large.engines import engines, measured
from search_large.measure import TOP

from codequest.demo.corpus import standard_library
from codequest.encoders.light import light_encoder
from codequest.search.store.vector_file import vectors_file

QUERIES = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=200_000)
    given = parser.parse_args()
    faiss.omp_set_num_threads(1)
    [file] = given.folder.glob(f"large-1000000/.codequest/store/*/{vectors_file('teacher')}")
    texts = list(standard_library().test.queries.values())[:QUERIES]
    queries = {name: light_encoder(name).encode(texts) for name in ("static", "minilm-lora")}
    dim = queries["static"].shape[1]
    vectors = np.array(np.memmap(file, np.float32, mode="r").reshape(-1, dim)[: given.rows])
    best = {name: [np.argsort(-vectors @ query)[:TOP] for query in of] for name, of in queries.items()}
    print("| engine | bytes a chunk | build s | static: p50 ms | recall@10 | minilm-lora: p50 ms | recall@10 |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, size, seconds, search in engines(given.folder, vectors):
        cells = [cell for encoder, of in queries.items() for cell in measured(search, of, best[encoder])]
        print(f"| {name} | {size / len(vectors):,.0f} | {seconds:.0f} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
