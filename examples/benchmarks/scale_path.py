"""The path of a query through a billion chunks, simulated: python examples/benchmarks/scale_path.py FOLDER.

FOLDER is one of puma_large.py: its index of a million chunks stands for every shard. Measured are the seconds that a
shard takes for its ten best, alone on a core, and how many of them it finds; drawn by chance are a wait while the shard
does other queries, the network, and stragglers. A query is done when the last shard has answered; hedged, a second
replica is asked once 95 of 100 shards have.
"""

import argparse
from pathlib import Path

import numpy as np
from scale.path import measured, simulated

from codequest.demo.corpus import standard_library
from codequest.encoders.light import light_encoder
from codequest.search.store.vector_codes import mapped_codes
from codequest.search.store.vector_file import vectors_file

ENCODING = {"static": 0.054, "minilm-lora, ONNX": 2.06, "teacher, OpenVINO bf16": 17.7, "teacher, torch": 45.7}
QUERIES, READ = 100, (1000, 5000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, default=1000)
    parser.add_argument("--busy", type=float, default=0.5, help="part of the time in which a shard answers others")
    parser.add_argument("--simulated", type=int, default=5000, help="queries")
    given = parser.parse_args()
    [file] = given.folder.glob(f"large-1000000/.codequest/store/*/{vectors_file('teacher')}")
    encoder = light_encoder("static")
    queries = encoder.encode(list(standard_library().test.queries.values())[:QUERIES])
    rows = np.memmap(file, np.float32, mode="r").reshape(-1, queries.shape[1])
    codes = mapped_codes(file.with_suffix(".bits"), rows=len(rows), dim=queries.shape[1])
    for read in READ:
        times, first, tenth = measured(codes, rows, queries, read)
        print(
            f"\nA shard that reads {read:,} vectors: p50 {np.median(times):.1f} ms; it finds its best chunk in "
            f"{100 * first:.1f} of 100 queries, and {100 * tenth:.1f} of 100 of its ten best."
        )
        print("| queries embedded by | p50 ms | p99 ms | hedged: p50 ms | p99 ms | asked twice |")
        print("|---|---:|---:|---:|---:|---:|")
        plain, hedged, twice = simulated(times, given)
        for name, milliseconds in ENCODING.items():
            cells = [f"{value + milliseconds:.1f}" for of in (plain, hedged) for value in np.percentile(of, (50, 99))]
            print(f"| {name} | {' | '.join(cells)} | {100 * twice:.1f} % |")


if __name__ == "__main__":
    main()
