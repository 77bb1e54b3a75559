"""How fast Puma is: python examples/benchmarks/puma_speed.py FOLDER [--chunks 50000] [--threads 2].

Indexes code of the running Python (its standard library and installed packages), and measures, each in a process of
its own, the time from the query's text to the ranked hits with the static encoder and with the exported LoRA encoder,
and the time of a re-index after 10 files were changed. The vectors of the chunks are random unit vectors, because the
teacher would take hours for them: they change what is found, not how long it takes. FOLDER keeps code and index.
"""

import argparse
from pathlib import Path

from search_speed.code import copy_code
from search_speed.index import build
from search_speed.parts import keep_to, parts
from search_speed.queries import export_lora, measure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chunks", type=int, default=50_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--part", help=argparse.SUPPRESS)
    given = parser.parse_args()
    folder = given.folder.resolve()
    if given.part is not None:
        keep_to(given.threads)
        print(build(folder) if given.part == "index" else measure(folder, given.part))
        return
    copy_code(folder, given.chunks)
    part = parts(folder, given.threads)

    print(part("index"))
    print("\n| encoder | query to hits p50 ms | p95 ms | its embedding p50 ms | open and first query s |")
    print("|---|---|---|---|---|")
    for name, encoder in {"static": "static", **export_lora(folder)}.items():
        print(f"| {name} | {part(encoder)} |", flush=True)


if __name__ == "__main__":
    main()
