"""How well an index ranks while its teacher is still embedding it: nDCG@10 by the share of chunks that it has done.

    python examples/benchmarks/tier_quality.py DATA_FOLDER [--encoder minilm-lora] [--dataset csn_docs:go-dev:corpus]

Every document is a chunk of its own with a light vector, the teacher's are given to them in a random order, and what
ranks is the cosine of `codequest search --mode dense`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tiers.ranked import ranked

from codequest.data import load_dataset
from codequest.encoders.base import QueryEncoder
from codequest.files import scratch_folder
from codequest.search.deferred import DeferredTeacher
from codequest.search.light_documents import SHIPPED, LightDocuments, light_documents
from codequest.search.store.vector_file import append_vectors
from codequest.teachers import cached, load_teacher
from codequest.teachers.default import DEFAULT_TEACHER

SHARES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0)
DATASETS = tuple(f"csn_docs:{name}-dev:corpus" for name in ("go", "javascript", "python", "ruby"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder that the datasets are in")
    parser.add_argument("--dataset", action="append", help="FOLDER:SPLIT:CORPUS; may be repeated")
    parser.add_argument("--encoder", default="minilm-lora", help="embeds the queries")
    given = parser.parse_args()
    light = light_documents(LightDocuments(SHIPPED[0]).space)
    teacher = cached(DeferredTeacher(light.space, lambda: load_teacher(DEFAULT_TEACHER)))
    encoder = QueryEncoder.from_pretrained(given.encoder)
    print(f"| dataset | {' | '.join(f'{100 * share:.0f}%' for share in SHARES)} |")
    print("|---" + "|---:" * len(SHARES) + "|")
    for name in given.dataset or DATASETS:
        data = load_dataset(name, root=given.data)
        texts = list(data.documents.values())
        query_vectors = encoder.encode(list(data.queries.values()))
        with scratch_folder() as folder:
            append_vectors(folder, "teacher", teacher.encode_documents(texts))
            append_vectors(folder, "light", light.encode(texts))
            values = (f"{100 * ranked(folder, data, query_vectors, share):.1f}" for share in SHARES)
            print(f"| {data.name} | {' | '.join(values)} |", flush=True)


if __name__ == "__main__":
    main()
