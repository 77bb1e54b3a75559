"""Put a folder that `codequest embed` wrote into a FAISS index, a shard at a time.

python examples/fill_stores/fill_faiss.py FOLDER INDEX.faiss TEXTS.txt
"""

import sys

import faiss
import numpy as np
import pyarrow.dataset

folder, index_file, lines = sys.argv[1:]
shards = pyarrow.dataset.dataset(f"{folder}/documents")
index = faiss.IndexFlatIP(shards.schema.field("vector").type.list_size)
with open(lines, "w", encoding="utf-8") as texts:
    for rows in shards.to_batches(columns=["text", "vector"]):
        vectors = rows["vector"].flatten().to_numpy().reshape(len(rows), -1)
        index.add(vectors.astype(np.float32))
        texts.writelines(text.replace("\n", " ") + "\n" for text in rows["text"].to_pylist())
faiss.write_index(index, index_file)
print(f"{index.ntotal} vectors in {index_file}")
