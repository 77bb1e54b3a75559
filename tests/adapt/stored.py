"""Stored vectors of a teacher, as a folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from codequest.teachers import LocalTeacher


def write_stored(folder: Path, teacher: LocalTeacher, queries: list[str], documents: list[str]) -> Path:
    folder.mkdir()
    (folder / "space.json").write_text(json.dumps(teacher.space.to_dict()))
    for name, texts, vectors in (
        ("queries", queries, teacher.encode_queries(queries)),
        ("documents", documents, teacher.encode_documents(documents)),
    ):
        np.save(folder / f"{name}.npy", vectors)
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts))
    return folder
