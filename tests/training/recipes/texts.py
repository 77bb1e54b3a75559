from __future__ import annotations

import gzip
import json
from pathlib import Path

RECIPE = """
teacher = "{teacher}"
queries = ["pool"]
pairs = ["pairs:train"]
evaluate = ["pairs:dev"]
validate = ["pairs:dev"]
seed = 3
at_most = {{ pool = 100 }}
hold_out = {{ "pairs:train" = 10 }}
about = {{ pool = "made for tests, public domain" }}

[assistant]
losses = {{ infonce = 1.0, cosine = 1.0 }}
epochs = 1
precision = "fp32"

[encoders.small]
kind = "projection"
base = "{base}"
precision = "fp16"

[[encoders.small.stages]]
queries = 60
losses = {{ cosine = 1.0 }}
epochs = 1
evaluations = 1
precision = "fp32"

[[encoders.small.stages]]
queries = 20
pairs = true
assistant = true
losses = {{ infonce = 1.0, cosine = 1.0 }}
epochs = 1
evaluations = 1
precision = "fp32"

[encoders.deeper]
kind = "lora"
start = "small"
rank = 2

[[encoders.deeper.stages]]
queries = 30
epochs = 1
evaluations = 1
precision = "fp32"

[encoders.further]
start = "small"

[[encoders.further.stages]]
queries = 30
epochs = 1
evaluations = 1
precision = "fp32"
"""


def write_lines(path: Path, rows: list[dict[str, str]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
