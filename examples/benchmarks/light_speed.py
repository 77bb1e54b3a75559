"""How soon code can be searched: seconds from the command to a light index, next to semble where it is installed.

    python examples/benchmarks/light_speed.py FOLDER [--chunks 5000] [--semble PYTHON MODEL]

PYTHON is that of an environment with semble, MODEL a folder of a model2vec model: see `compare_search.py prepare`.
Rounds alternate; shown are the best wall and CPU time of each, with the imports.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from search_speed.code import copy_code
from search_speed.process import measured

ROUNDS = 3
PUMA = "import sys; from codequest.search import CodeIndex; print(CodeIndex.build(sys.argv[1], light=True).chunks)"
SEMBLE = (
    "import sys; from semble import SembleIndex; "
    "print(len(SembleIndex.from_path(sys.argv[1], model_path=sys.argv[2]).chunks))"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the code is copied to")
    parser.add_argument("--chunks", type=int, default=5000)
    parser.add_argument("--semble", nargs=2, metavar=("PYTHON", "MODEL"))
    given = parser.parse_args()
    copy_code(given.folder, given.chunks)
    commands = {"Puma": [sys.executable, "-c", PUMA, str(given.folder / "code")]}
    if given.semble:
        python, model = given.semble
        commands["semble"] = [python, "-c", SEMBLE, str(given.folder / "code"), model]
    best: dict[str, tuple[float, float, str]] = {}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            shutil.rmtree(given.folder / "code" / ".codequest", ignore_errors=True)
            best[name] = min(measured(command, given.folder), best.get(name, (float("inf"), 0.0, "")))
    print(f"| | chunks | seconds | CPU seconds |\n|---|---:|---:|---:|\n{rows(best)}")


def rows(best: dict[str, tuple[float, float, str]]) -> str:
    lines = (f"| {name} | {int(said):,} | {wall:.1f} | {cpu:.1f} |" for name, (wall, cpu, said) in best.items())
    return "\n".join(lines)


if __name__ == "__main__":
    main()
