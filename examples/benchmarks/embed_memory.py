"""Measure the peak memory of `codequest embed` for few and for many short texts, each in a process of its own.

python examples/benchmarks/embed_memory.py [--encoder static-documents] [--few 10000] [--many 1000000]
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = """
import resource, sys, time
from codequest.corpus import embed_corpus
run = embed_corpus(sys.argv[1], sys.argv[2], encoder=sys.argv[3])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, run.seconds)
"""

options = argparse.ArgumentParser()
options.add_argument("--encoder", default="static-documents")
options.add_argument("--few", type=int, default=10_000)
options.add_argument("--many", type=int, default=1_000_000)
given = options.parse_args()

words = Path("docs/changelog.md").read_text(encoding="utf-8").split()
peaks = []
with tempfile.TemporaryDirectory() as folder:
    for count in (given.few, given.many):
        chance, source = random.Random(1), Path(folder, f"{count}.jsonl")
        with source.open("w", encoding="utf-8") as file:
            for number in range(count):
                text = " ".join(chance.choice(words) for _ in range(chance.randint(4, 16)))
                file.write(json.dumps({"_id": f"d{number}", "text": text}) + "\n")
        command = [sys.executable, "-c", PROGRAM, source, Path(folder, str(count)), given.encoder]
        peak, seconds = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
        peaks.append(peak)
        print(f"{count:,} texts: {peak:,.0f} MiB at most, {seconds:,.0f} s", flush=True)
print(f"ratio {peaks[1] / peaks[0]:.3f}")
