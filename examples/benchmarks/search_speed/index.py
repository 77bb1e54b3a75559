"""An index of random vectors, and its re-index."""

import time

import numpy as np

from codequest.adapters import find_adapter
from codequest.adapters.folder import read_config
from codequest.search import CodeIndex
from codequest.teachers import Teacher

TOUCHED = 10


class RandomVectors(Teacher):
    """Stands for the teacher of the shipped adapters: unit vectors in its space, of any text."""

    variant = "random"

    def __init__(self):
        self._space = read_config(find_adapter("static")).space
        self._random = np.random.default_rng(0)

    @property
    def space(self):
        return self._space

    def embed_batch(self, texts, side):  # noqa: ARG002
        return self._random.standard_normal((len(texts), self._space.dim)).astype(np.float32)


def build(folder):
    """Index the code, change ten files of it, and index again; says how long that took."""
    code = folder / "code"
    CodeIndex.build(code, teacher=RandomVectors())
    files = sorted(code.rglob("*.py"))
    time.sleep(3)  # a file changed a moment before it was read is read again: not what is measured
    CodeIndex.build(code, teacher=RandomVectors())
    for file in files[:: max(len(files) // TOUCHED, 1)][:TOUCHED]:
        with file.open("a", encoding="utf-8") as opened:
            opened.write(f"\n\ndef touched_{time.time_ns()}():\n    return 1\n")
    report = CodeIndex.build(code, teacher=RandomVectors())
    return (
        f"{report.files:,} files, {report.chunks:,} chunks. Index again after {report.changed} files were changed: "
        f"{report.seconds:.2f} s, {report.embedded} chunks embedded among it (by random numbers)."
    )
