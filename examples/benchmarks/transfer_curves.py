"""An adapter of another space as a start, against a fresh start: transfer_curves.py DATA OUT.json --teacher NAME.

Each row of OUT.json is an encoder: its start, how many queries its map was fitted to and it was trained on, and what
it keeps on dev sets. Rows that are there are not measured again. With --figure they are drawn.
"""

import argparse
import json
import time
from pathlib import Path

from transfer.drawn import draw
from transfer.made import Workplace

from codequest.teachers import cached, load_teacher

parser = argparse.ArgumentParser()
parser.add_argument("data", type=Path)
parser.add_argument("out", type=Path)
parser.add_argument("--teacher", required=True)
parser.add_argument("--dim", type=int)
parser.add_argument("--start", default="minilm-l3-lora", help="minilm-l3-lora, minilm-lora or static.")
parser.add_argument("--queries", type=int, nargs="+", default=[500, 2_000, 8_000, 32_000])
parser.add_argument("--epochs", type=float, default=2, help="0 fits the map and trains nothing.")
parser.add_argument("--fresh", action="store_true", help="An encoder of the same size without the start.")
parser.add_argument("--figure", type=Path)
arguments = parser.parse_args()

rows = json.loads(arguments.out.read_text()) if arguments.out.exists() else []
teacher = cached(load_teacher(arguments.teacher, dim=arguments.dim))
keys = [
    {
        "teacher": f"{teacher.space.teacher} {teacher.space.dim}",
        "encoder": arguments.start,
        "start": "fresh" if arguments.fresh else "transfer",
        "queries": count,
        "epochs": arguments.epochs,
    }
    for count in arguments.queries
]
missing = [key for key in keys if not any(key.items() <= row.items() for row in rows)]
place = Workplace(teacher, arguments.data) if missing else None
for key in missing:
    queries = place.pool[: key["queries"]]
    teacher.encode_queries(queries)
    began = time.monotonic()
    encoder = place.made(arguments.start, queries, fresh=arguments.fresh, epochs=arguments.epochs)
    rows.append({**key, "seconds": round(time.monotonic() - began, 1), "retention": place.retention(encoder)})
    arguments.out.write_text(json.dumps(rows, indent=1) + "\n")
    print(rows[-1], flush=True)
if arguments.figure:
    draw(rows, arguments.figure)
