"""How well Puma ranks: nDCG@10 by words, by meaning and by both, on labelled datasets in BEIR layout.

    python examples/benchmarks/puma_quality.py DATA_FOLDER [--queries 200] [--dataset csn_docs:go-dev:corpus:go ...]

Every document is a chunk of its own, and the ranking is the one of `codequest search`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from codequest.adapters import find_adapter
from codequest.adapters.folder import read_config
from codequest.data import load_dataset
from codequest.encoders.base import QueryEncoder
from codequest.search.deferred import DeferredTeacher
from codequest.search.labelled import measure_search
from codequest.teachers import cached, load_teacher
from codequest.teachers.default import DEFAULT_TEACHER

CSN = [
    f"csn_docs:{language}-dev:corpus:{language}" for language in ("go", "java", "javascript", "php", "python", "ruby")
]
ADAPTERS = ("static", "minilm-projection", "minilm-lora")
LABELS = ("static", "projection", "LoRA", "teacher")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder that the datasets are in")
    parser.add_argument("--dataset", action="append", help="FOLDER:SPLIT:CORPUS:LANGUAGE; may be repeated")
    parser.add_argument("--queries", type=int, help="only the first so many of each dataset")
    given = parser.parse_args()
    space = read_config(find_adapter("minilm-lora")).space
    # The teacher is loaded only for texts whose vectors are not cached yet.
    teacher = cached(DeferredTeacher(space, lambda: load_teacher(DEFAULT_TEACHER)))
    encoders = [QueryEncoder.from_pretrained(name).encode for name in ADAPTERS]
    by_name = dict(zip(LABELS, [*encoders, teacher.encode_queries], strict=True))
    print(f"| dataset | queries | words | {' | '.join(f'{label} | {label} + words' for label in LABELS)} |")
    print("|---" * (3 + 2 * len(LABELS)) + "|")
    for dataset in given.dataset or [*CSN, "cosqa:dev:corpus_nodoc:python"]:
        name, _, language = dataset.rpartition(":")
        data = load_dataset(name, root=given.data)
        if given.queries:
            data = data.subset(list(data.queries)[: given.queries])
        vectors = teacher.encode_documents(list(data.documents.values()))
        values = measure_search(data, vectors, by_name, language=language).values()
        print(
            f"| {data.name} | {len(data.queries)} | {' | '.join(f'{100 * value:.1f}' for value in values)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
