"""Puma and other engines on the same code: which one finds a function by what its docstring said, and how fast.

    python examples/benchmarks/compare_search.py prepare ENVIRONMENTS
    python examples/benchmarks/compare_search.py run ENVIRONMENTS FOLDER [--project NAME==VERSION …] [--queries 500]

`prepare` makes an environment for each peer. `run` unpacks the source packages of four projects, takes all docstrings
out, asks with first sentences of those of functions, and prints a table. A hit is right when it shares a line with the
function. FOLDER keeps the corpus, the models and every engine's rankings; what is there is not made again.
"""

import argparse
import json
from pathlib import Path

from search_peers.corpus import PROJECTS, make_corpus
from search_peers.prepare import make_environments
from search_peers.run import Engines
from search_peers.score import to_row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, dest="command")
    commands.add_parser("prepare").add_argument("environments", type=Path)
    run = commands.add_parser("run")
    run.add_argument("environments", type=Path)
    run.add_argument("folder", type=Path)
    run.add_argument("--project", action="append", help="a source package on PyPI; may be repeated")
    run.add_argument("--queries", type=int, default=500)
    run.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    if given.command == "prepare":
        make_environments(given.environments.resolve())
        return
    folder = given.folder.resolve()
    make_corpus(folder, given.project or PROJECTS, given.queries)
    corpus = json.loads((folder / "queries.json").read_text(encoding="utf-8"))
    engines = Engines(given.environments.resolve(), folder, threads=given.threads)
    print(f"{len(corpus['questions'])} questions, {given.threads} threads.\n")
    print("| engine | nDCG@10 | found in ten | lines a hit | query p50 ms | p95 ms | index s |")
    print("|---|---|---|---|---|---|---|")
    for name, run_engine in engines.all().items():
        measured = run_engine()
        if measured is not None:
            print(to_row(name, corpus["questions"], measured), flush=True)
    for name, reason in engines.not_run.items():
        print(f"\n- Not run: {name}: {reason}")


if __name__ == "__main__":
    main()
