"""Exact names and paths in Puma: python examples/benchmarks/exact_names.py TREE… [--definitions 50] [--files 25].

Indexes each tree lightly, in a copy, and searches for the names of definitions chosen by chance, and for paths of
files, whole and by their last two parts. Prints how often the beginning of the definition is the first hit and among
the first three, and how often a hit in the file is the first; after that what was missed. Another definition of the
very same name counts as found, and so does another file whose path ends with the same two parts.
"""

import argparse
import random
import shutil
import tempfile
from pathlib import Path

from search_speed.names import chosen, rank_of

from codequest.search import CodeIndex


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--definitions", type=int, default=50)
    parser.add_argument("--files", type=int, default=25)
    parser.add_argument("--encoder", default="static")
    given = parser.parse_args()
    ranks, paths = {}, {}
    for tree in given.trees:
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / tree.name
            shutil.copytree(tree, copy, symlinks=True, ignore=shutil.ignore_patterns(".codequest", ".git"))
            CodeIndex.build(copy, light=True)
            index = CodeIndex.open(copy, encoder=given.encoder, refresh=False)
            chance = random.Random(0)
            for name, line, file in chosen(index, given.definitions, chance):
                ranks[tree.name, name, f"{file}:{line}"] = rank_of(index.search(name, limit=10), name, line, file)
            files = sorted(index.paths)
            for path in chance.sample(files, min(given.files, len(files))):
                for asked in {path, "/".join(path.split("/")[-2:])}:
                    hits = index.search(asked, limit=1)
                    paths[tree.name, asked] = bool(hits) and f"/{hits[0].path}".endswith(f"/{asked}")
    first, three = (sum(rank <= most for rank in ranks.values()) for most in (1, 3))
    print(f"{len(ranks)} names: first {first / len(ranks):.1%}, in the first three {three / len(ranks):.1%}")
    print(f"{len(paths)} paths: first {sum(paths.values()) / len(paths):.1%}")
    for key, rank in ranks.items():
        if rank > 1:
            print(f"rank {rank}:", *key)
    for key, found in paths.items():
        if not found:
            print("not first:", *key)


if __name__ == "__main__":
    main()
