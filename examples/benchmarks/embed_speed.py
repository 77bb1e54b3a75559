"""Measure `codequest embed` against its teacher in a loop, on functions of Python's standard library, in one process.

python examples/benchmarks/embed_speed.py [--teacher NAME] [--texts 4000] [--rounds 3]

Rounds alternate, the ratio is that of the medians. Reading the source, checking it and writing the shards count.
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
given = options.parse_args()

library = standard_library()
texts = [function.code for function in library.functions.values()] + library.queries
texts = (texts * (given.texts // len(texts) + 1))[: given.texts]
teacher = load_teacher(given.teacher)
teacher.encode_documents(texts[:64])  # what is done once is done

with tempfile.TemporaryDirectory() as name:
    source = Path(name) / "corpus.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    seconds: dict[str, list[float]] = {"loop": [], "embed": []}
    for number in range(given.rounds):
        for what in sorted(seconds, reverse=bool(number % 2)):
            began = time.perf_counter()
            if what == "loop":
                teacher.encode_documents(texts)
            else:
                assert embed_corpus(source, Path(name) / str(number), teacher=teacher).vectors == len(texts)
            seconds[what].append(time.perf_counter() - began)
            sys.stderr.write(f"round {number}, {what}: {seconds[what][-1]:.1f} s\n")

rates = {what: len(texts) / statistics.median(taken) for what, taken in seconds.items()}
print(f"{given.teacher}, {len(texts):,} texts: the teacher in a loop {rates['loop']:,.0f} texts/s")
print(f"codequest embed {rates['embed']:,.0f} texts/s, ratio {rates['embed'] / rates['loop']:.3f}")
