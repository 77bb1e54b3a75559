"""Puma and semble on semble's own benchmark: questions about public repositories, whose answers are files.

    python examples/benchmarks/annotated_search.py prepare SEMBLE CLONES TREES
    python examples/benchmarks/annotated_search.py run SEMBLE TREES --semble VENV/bin/python [--out results.json]

SEMBLE is a checkout of https://github.com/MinishLab/semble: its `benchmarks` has the questions, and names repositories
and commits. CLONES has clones of these, as `NAME`, `OWNER/NAME` or `OWNER+NAME/repo`; `prepare` puts the benchmarked
part of each into TREES, and names the clones that are absent or lack the pinned commit: with `--nearest` their newest
commit is used instead. `run` prints nDCG@10 by category and by language, as semble's own script measures it: a target
is found by the first of ten hits in its file that overlaps its lines, where it has any.
"""

import argparse
from pathlib import Path

from annotated.engines import ENGINES, run_engines
from annotated.questions import load_questions
from annotated.tables import by_category, by_language
from annotated.trees import make_trees


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, dest="command")
    prepare = commands.add_parser("prepare")
    prepare.add_argument("semble", type=Path)
    prepare.add_argument("clones", type=Path)
    prepare.add_argument("trees", type=Path)
    prepare.add_argument("--nearest", action="store_true", help="the newest commit of a clone without the pinned one")
    run = commands.add_parser("run")
    run.add_argument("semble", type=Path)
    run.add_argument("trees", type=Path)
    run.add_argument("--semble", dest="python", type=Path, help="Python of an environment with semble and model2vec")
    run.add_argument("--repository", action="append", help="only this one; may be repeated")
    run.add_argument("--without", action="append", default=[], help="not this one; may be repeated")
    run.add_argument("--engine", action="append", choices=list(ENGINES), help="only this one; may be repeated")
    run.add_argument("--out", type=Path, help="file for every ranking; those in it already are not asked for again")
    given = parser.parse_args()
    if given.command == "prepare":
        make_trees(given.semble / "benchmarks", given.clones, given.trees, nearest=given.nearest)
        return
    questions = load_questions(given.semble / "benchmarks", given.trees.resolve())
    names = [name for name in given.repository or sorted(questions) if name not in given.without]
    asked = {name: questions[name] for name in names}
    engines = given.engine or [name for name in ENGINES if given.python or not name.startswith("semble")]
    results = run_engines(engines, asked, given.python, given.out)
    print(f"{sum(len(each.questions) for each in asked.values())} questions on {len(asked)} repositories\n")
    print(by_category(asked, results), by_language(asked, results), sep="\n")


if __name__ == "__main__":
    main()
