"""What it costs to start, and to be fresh: python examples/benchmarks/puma_fresh.py FOLDER [--rounds 15].

FOLDER/code has an index, as puma_speed.py leaves it; its files are changed. Measured are, in turns, processes that
search it from the shell, next to one that imports numpy alone; and in one process, searches after which nothing was
changed, and searches after one file was edited, or came. Ratios are of medians: compare them, not the times, on a
machine that does other work.
"""

import argparse
import os
from pathlib import Path
from statistics import median

from search_speed.fresh import WARM_UP, print_ratios, refreshed, started

from codequest.search import CodeIndex


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--encoder", default="static")
    given = parser.parse_args()
    os.environ["CODEQUEST_CACHE"] = str(given.folder.resolve() / "cache")  # that of puma_speed.py, whose index it is
    code = given.folder.resolve() / "code"
    stats = CodeIndex.open(code, encoder=None).stats
    print(f"{stats.files:,} files, {stats.chunks:,} chunks\n")
    print("| from the shell | wall ms | processor ms | × numpy, wall | × numpy, processor |\n|---|---|---|---|---|")
    print_ratios(started(code, given.rounds))
    print("\n| in one process | wall ms | processor ms |\n|---|---|---|")
    for name, times in refreshed(code, given.encoder, given.rounds).items():
        wall, processor = (1000 * median(column) for column in zip(*times[WARM_UP:], strict=True))
        print(f"| {name} | {wall:.1f} | {processor:.1f} |")


if __name__ == "__main__":
    main()
