from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from codequest.encoders import QueryEncoder
from tests.tiny import QUERIES

STRANGE = ["sort a list by value " * 200, "SORT a List", "\x01", "in [unused] 東京"]
"""Longer than the models, another case, no token at all, and none that is known."""

ALONE = """
import json, sys
sys.modules["codequest"] = None
import numpy as np
from sentence_transformers import SentenceTransformer
asked = json.load(sys.stdin)
found = {}
for folder, trust in asked["folders"].items():
    model = SentenceTransformer(folder, device="cpu", trust_remote_code=trust)
    found[folder] = model.encode(asked["texts"]).astype(float).tolist()
print(json.dumps(found))
"""


class Exported:
    """Every kind that can be exported, its folder, and what a process without codequest made of it."""

    def __init__(self, cases: dict[str, QueryEncoder], folder: Path) -> None:
        self.encoders = cases
        self.folders = {
            name: encoder.export(folder / name, runtime="sentence-transformers") for name, encoder in cases.items()
        }
        folders = {str(path): name.startswith("static") for name, path in self.folders.items()}
        asked = json.dumps({"folders": folders, "texts": [*QUERIES, *STRANGE]})
        command = [sys.executable, "-I", "-c", ALONE]
        self.process = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=300)
        assert self.process.returncode == 0, self.process.stderr
        self.vectors = {Path(path).name: np.array(rows) for path, rows in json.loads(self.process.stdout).items()}
