from __future__ import annotations

import json
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

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
    """Every kind that can be exported, its folder, and what a process without codequest makes of it.

    The process is started when it is asked for.
    """

    def __init__(self, cases: dict[str, QueryEncoder], folder: Path) -> None:
        self.encoders = cases
        self.folders = {
            name: encoder.export(folder / name, runtime="sentence-transformers") for name, encoder in cases.items()
        }

    @cached_property
    def process(self) -> subprocess.CompletedProcess[str]:
        folders = {str(path): name.startswith("static") for name, path in self.folders.items()}
        asked = json.dumps({"folders": folders, "texts": [*QUERIES, *STRANGE]})
        command = [sys.executable, "-I", "-c", ALONE]
        process = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=300)
        assert process.returncode == 0, process.stderr
        return process

    @cached_property
    def vectors(self) -> dict[str, npt.NDArray[Any]]:
        return {Path(path).name: np.array(rows) for path, rows in json.loads(self.process.stdout).items()}
