"""Measure `codequest embed` against its teacher in a loop, on functions of Python's standard library.

python examples/benchmarks/embed_speed.py [--teacher NAME] [--texts 4000] [--rounds 3] [--ray WORKERS]

Rounds alternate, and the ratio is of medians. Reading the source, checking it and writing shards count. With --ray, the
engines are compared from the end of their first shard to the end: what Ray takes to start is said apart.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from codequest import load_teacher
from codequest.corpus import embed_corpus
from codequest.demo import standard_library

options = argparse.ArgumentParser()
options.add_argument("--teacher", default="sentence-transformers/all-MiniLM-L6-v2")
options.add_argument("--texts", type=int, default=4000)
options.add_argument("--rounds", type=int, default=3)
options.add_argument("--ray", type=int, default=0)
given = options.parse_args()
functions = [function.code for function in standard_library().functions.values()]
texts = (functions * (given.texts // len(functions) + 1))[: given.texts]
teacher = load_teacher(given.teacher)
teacher.encode_documents(texts[:64])  # what is done once is done


def rate_of(way: str, place: Path) -> float:
    began, size, done = time.perf_counter(), 128 if given.ray else 8192, [(0.0, 0)]
    if way == "loop":
        teacher.encode_documents(texts)
        return len(texts) / (time.perf_counter() - began)

    def note(what: str, count: int, _: int) -> None:
        if what == "Embedding texts" and count % size == 0:
            done.append((time.perf_counter() - began, count))

    chosen = {"teacher": given.teacher, "workers": given.ray} if way == "ray" else {"teacher": teacher}
    embed_corpus(place.with_name("corpus.jsonl"), place, shard_size=size, engine=way, progress=note, **chosen)
    done.append((time.perf_counter() - began, len(texts)))
    (start, first), (end, last) = done[1 if given.ray else 0], done[-2 if given.ray else -1]
    sys.stderr.write(f"{way}: first shard after {start:.0f} s\n" if given.ray else "")
    return (last - first) / (end - start)


rates: dict[str, list[float]] = {"local": [], "ray": []} if given.ray else {"loop": [], "local": []}
with tempfile.TemporaryDirectory() as folder:
    lines = [json.dumps({"text": text}) + "\n" for text in texts]
    Path(folder, "corpus.jsonl").write_text("".join(lines), encoding="utf-8")
    for number in range(given.rounds):
        for name in sorted(rates, reverse=bool(number % 2)):
            rates[name].append(rate_of(name, Path(folder, f"{name}-{number}")))
(one, before), (other, after) = ((name, statistics.median(found)) for name, found in rates.items())
print(f"{given.teacher}, {len(texts):,} texts: {one} {before:,.1f}/s, {other} {after:,.1f}/s: {after / before:.3f}")
