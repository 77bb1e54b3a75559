"""A teacher that workers of Ray find by a name, and that says what it does: as an installed package of its own."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from codequest.adapters.reference_vectors import TEXTS as REFERENCE

PROGRAM = """
import json, os, signal, time
from tests.teachers.counting import CountingTeacher


class NotingTeacher(CountingTeacher):
    def __init__(self, rest):
        super().__init__(dim=16, batch_tokens=32)
        self.notes, self.seconds = rest.split("|")

    def embed_batch(self, texts, side):
        if any("deadly" in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(float(self.seconds))
        vectors = super().embed_batch(texts, side)
        with open(self.notes, "a") as file:
            file.write(json.dumps([os.getpid(), *texts]) + "\\n")
        return vectors
"""


def install(folder: Path) -> None:
    """Put the package into a folder, which is then on the path of every process."""
    (folder / "noting.py").write_text(PROGRAM, encoding="utf-8")
    described = folder / "noting-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: noting\nVersion: 1.0\n", encoding="utf-8")
    (described / "entry_points.txt").write_text(
        "[codequest.teachers]\nnoting = noting:NotingTeacher\n", encoding="utf-8"
    )


def batches(notes: Path) -> tuple[Counter[str], set[int]]:
    """How often each batch of the corpus was embedded, and by which processes."""
    counts: Counter[str] = Counter()
    processes = set()
    for line in notes.read_text(encoding="utf-8").splitlines():
        process, *texts = json.loads(line)
        if not set(texts) & {*REFERENCE}:
            counts[json.dumps(texts)] += 1
            processes.add(process)
    return counts, processes
