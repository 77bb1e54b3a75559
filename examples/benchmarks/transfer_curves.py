"""An adapter of another space as a start, against a fresh start: transfer_curves.py DATA OUT.json --teacher NAME.

Each row of OUT.json is one encoder: its start, the number of queries that its map was fitted to and it was trained on,
the steps, the seconds, and the retention of nDCG@10 on dev sets. Rows that are there are not measured again.
"""

import argparse
import json
import time
from pathlib import Path

from codequest.data import load_dataset, load_queries
from codequest.encoders import LoRAQueryEncoder, QueryEncoder, StaticQueryEncoder
from codequest.evaluation.scoring import search_dataset
from codequest.teachers import cached, load_teacher
from codequest.training import DistillationConfig, DistillationTrainer
from codequest.training.samples import shuffled, without

LANGUAGES = ("python", "java", "javascript", "php", "ruby", "go")
TESTS = {"CoSQA": "cosqa:dev:corpus_nodoc", **{name: f"csn_docs:{name}-dev" for name in LANGUAGES}}
LAYERS = {"minilm-l3-lora": 3, "minilm-lora": None}

parser = argparse.ArgumentParser()
parser.add_argument("data", type=Path)
parser.add_argument("out", type=Path)
parser.add_argument("--teacher", required=True)
parser.add_argument("--dim", type=int)
parser.add_argument("--start", default="minilm-l3-lora")
parser.add_argument("--queries", type=int, nargs="+", default=[500, 2_000, 8_000, 32_000])
parser.add_argument("--epochs", type=float, default=2, help="0 fits the map and trains nothing.")
parser.add_argument("--fresh", action="store_true", help="Without the start.")
arguments = parser.parse_args()

teacher = cached(load_teacher(arguments.teacher, dim=arguments.dim))
tests = {name: load_dataset(source, root=arguments.data) for name, source in TESTS.items()}
vectors = {
    name: (teacher.encode_queries([*test.queries.values()]), teacher.encode_documents([*test.documents.values()]))
    for name, test in tests.items()
}
ceiling = {name: search_dataset(tests[name], *vectors[name]).means["nDCG@10"] for name in tests}
measured = [query for test in tests.values() for query in test.queries.values()]
pool = without(shuffled(load_queries(arguments.data / "query_pool")), measured)


def created(queries: list[str]) -> QueryEncoder:
    """The encoder before its map is fitted."""
    start = None if arguments.fresh else arguments.start
    if arguments.start == "static":
        return StaticQueryEncoder.create(teacher, queries=queries, start=start)
    if arguments.fresh:
        return LoRAQueryEncoder.create(space=teacher.space, layers=LAYERS[arguments.start], rank=32)
    return LoRAQueryEncoder.create(space=teacher.space, start=start)


def made(queries: list[str]) -> QueryEncoder:
    """The encoder after its map was fitted, and trained if it is."""
    encoder = created(queries)
    if not arguments.epochs:
        encoder.begin_training()
        encoder.initialize(encoder.prepare(queries), teacher.encode_queries(queries))
        encoder.end_training()
        return encoder
    static = arguments.start == "static"
    config = DistillationConfig(
        epochs=arguments.epochs,
        batch_size=128 if static else 64,
        learning_rate=3e-3 if static else 1e-3,
        evaluations=1,
    )
    trainer = DistillationTrainer(encoder, teacher, queries, config=config, exclude=measured)
    trainer.train()
    return trainer.encoder


def retention(encoder: QueryEncoder) -> dict[str, float]:
    found = {}
    for name, test in tests.items():
        own = encoder.encode([*test.queries.values()])
        found[name] = search_dataset(test, own, vectors[name][1]).means["nDCG@10"] / ceiling[name]
    found["doc comments"] = sum(found[name] for name in LANGUAGES) / len(LANGUAGES)
    return {name: round(value, 4) for name, value in found.items()}


rows = json.loads(arguments.out.read_text()) if arguments.out.exists() else []
for count in arguments.queries:
    key = {
        "teacher": f"{teacher.space.teacher} {teacher.space.dim}",
        "encoder": arguments.start,
        "start": "fresh" if arguments.fresh else "transfer",
        "queries": count,
        "epochs": arguments.epochs,
    }
    if any(key.items() <= row.items() for row in rows):
        continue
    queries = pool[:count]
    teacher.encode_queries(queries)
    began = time.monotonic()
    encoder = made(queries)
    row = {**key, "seconds": round(time.monotonic() - began, 1), "retention": retention(encoder)}
    rows.append(row)
    arguments.out.write_text(json.dumps(rows, indent=1) + "\n")
    print(row, flush=True)
