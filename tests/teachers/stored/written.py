"""Files of vectors in every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from pyarrow import feather, parquet
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

from tests.teachers.counting import vector_of

TEXTS = ["read file", "one\u2028two\nthree", "sort", ""]

VECTORS = np.stack([vector_of(text + "!") for text in TEXTS])


def jsonl(path: Path, records: list[Any]) -> None:
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")


def records(**renamed: str) -> list[dict[str, Any]]:
    text, vector = renamed.get("text", "text"), renamed.get("vector", "vector")
    rows = zip(TEXTS, VECTORS, strict=True)
    return [{"id": f"{at}", vector: row.tolist(), text: what, "path": "x.py"} for at, (what, row) in enumerate(rows)]


def table(**more: Any) -> pa.Table:
    columns = {"id": [str(at) for at in range(4)], "text": TEXTS, "vector": VECTORS.tolist(), **more}
    return pa.table({name: column for name, column in columns.items() if column is not None})


def nested(path: Path) -> None:
    payload = [{"document": text, "path": "x"} for text in TEXTS]
    parquet.write_table(pa.table({"payload": payload, "vector": [{"dense": row} for row in VECTORS.tolist()]}), path)


def fixed_size(path: Path) -> None:
    column = pa.FixedSizeListArray.from_arrays(pa.array(VECTORS.ravel(), pa.float32()), 8)
    chunks = pa.concat_tables([table(vector=column).slice(0, 1), table(vector=column).slice(1)])
    parquet.write_table(chunks, path)


def with_texts(path: Path, save: Callable[[Path], None]) -> None:
    save(path)
    jsonl(path.with_suffix(".jsonl"), [{"text": text} for text in TEXTS])


WRITERS: dict[str, tuple[str, Callable[[Path], None], float]] = {
    "npy": ("v.npy", lambda path: with_texts(path, lambda file: np.save(file, VECTORS)), 0),
    "npz": ("v.npz", lambda path: np.savez(path, texts=np.array(TEXTS), embeddings=VECTORS, ids=np.array([1.0])), 0),
    "npz without texts": ("v.npz", lambda path: with_texts(path, lambda file: np.savez(file, VECTORS)), 0),
    "safetensors": ("v.safetensors", lambda path: with_texts(path, lambda file: save_file({"x": VECTORS}, file)), 0),
    "safetensors bf16": (
        "v.safetensors",
        lambda path: with_texts(path, lambda file: save_torch({"x": torch.from_numpy(VECTORS).bfloat16()}, file)),
        4e-3,
    ),
    "parquet": ("v.parquet", lambda path: parquet.write_table(table(), path), 0),
    "parquet float16": (
        "v.parquet",
        lambda path: parquet.write_table(
            table(vector=pa.array(list(VECTORS.astype(np.float16)), pa.list_(pa.float16()))), path
        ),
        1e-3,
    ),
    "parquet fixed size": ("v.parquet", fixed_size, 0),
    "parquet nested": ("v.parquet", nested, 0),
    "feather": ("v.feather", lambda path: feather.write_feather(table(), path), 0),
    "arrow": ("v.arrow", lambda path: feather.write_feather(table(), path, compression="uncompressed"), 0),
    "jsonl": ("v.jsonl", lambda path: jsonl(path, records()), 0),
    "jsonl renamed": ("v.jsonl", lambda path: jsonl(path, records(text="document", vector="embedding")), 0),
    "json records": ("v.json", lambda path: path.write_text(json.dumps(records())), 0),
    "json from qdrant's REST": (
        "v.json",
        lambda path: path.write_text(json.dumps({"result": {"points": records(text="content")}, "status": "ok"})),
        0,
    ),
}
