"""Put a folder that `codequest embed` wrote into a Chroma collection, a part of a shard at a time.

python examples/fill_stores/fill_chroma.py FOLDER CHROMA_FOLDER COLLECTION
"""

import sys

import chromadb
import pyarrow.dataset

folder, place, name = sys.argv[1:]
shards = pyarrow.dataset.dataset(f"{folder}/documents")
client = chromadb.PersistentClient(place)
cosine = {"hnsw": {"space": "cosine"}}
collection = client.create_collection(name, configuration=cosine, embedding_function=None)
for rows in shards.to_batches(columns=["id", "text", "vector"], batch_size=client.get_max_batch_size()):
    parts = rows.to_pydict()
    collection.add(ids=parts["id"], documents=parts["text"], embeddings=parts["vector"])
print(f"{collection.count()} records in {name}")
