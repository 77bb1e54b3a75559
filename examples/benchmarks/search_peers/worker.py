"""Runs one engine over all questions: worker.py ENGINE CODE QUERIES MODEL; prints JSON."""

import json
import os
import sys
import time
from pathlib import Path

import engines

engine, code, queries, model = sys.argv[1:]
questions = [question["query"] for question in json.loads(Path(queries).read_text(encoding="utf-8"))["questions"]]
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(os.environ["OMP_NUM_THREADS"])])
printed, sys.stdout = sys.stdout, sys.stderr  # engines print as they like
began = time.perf_counter()
search = getattr(engines, engine)(code, model)
indexed = time.perf_counter() - began
for question in questions[:3]:
    search(f"{question} first")  # models are loaded
rankings, seconds = [], []
for question in questions:
    began = time.perf_counter()
    rankings.append(search(question))
    seconds.append(time.perf_counter() - began)
print(json.dumps({"rankings": rankings, "seconds": seconds, "index_seconds": indexed}), file=printed)
printed.flush()
os._exit(0)  # threads that an engine leaves running keep nobody waiting
