"""Puma on a large tree: python examples/benchmarks/puma_large.py FOLDER [--chunks 1000000] [--threads 2].

FOLDER is one of puma_speed.py, whose code becomes a tree of so many chunks: copies in which three words of ten are
others. Their vectors are the teacher's of 2,048 of the chunks, mixed and with noise of the same covariance, so that
cosines to queries spread as among real vectors; the index of them is written through the store, because the teacher
would take days. Then a process of its own measures memory, opening, the time from a query's text to its hits, and
recall@10 by meaning against exact search with the same queries, for each light encoder.
"""

import argparse
from pathlib import Path

from search_large.measure import measure
from search_large.tree import write_tree
from search_speed.parts import keep_to, parts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chunks", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--part", help=argparse.SUPPRESS)
    given = parser.parse_args()
    folder, root = given.folder.resolve(), given.folder.resolve() / f"large-{given.chunks}"
    if given.part is not None:
        keep_to(given.threads)
        print(write_tree(folder, root, given.chunks) if given.part == "index" else measure(root, given.part))
        return
    part = parts(folder, given.threads)

    if not root.exists():
        print(part("index"))
    print("\n| encoder | p50 ms | p95 ms | recall@10 | opening s | first answer s | memory a chunk, bytes |")
    print("|---|---|---|---|---|---|---|")
    for encoder in ("static", "minilm-lora"):
        print(f"| {encoder} | {part(encoder)} |", flush=True)


if __name__ == "__main__":
    main()
