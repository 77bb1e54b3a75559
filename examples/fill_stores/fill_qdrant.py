"""Put a folder that `codequest embed` wrote into a Qdrant collection, a part of a shard at a time.

python examples/fill_stores/fill_qdrant.py FOLDER FOLDER_OR_URL COLLECTION

The ids of points are numbers of rows, since Qdrant takes no others but UUIDs; the payload has "id" and "text".
"""

import sys

import pyarrow.dataset
from qdrant_client import QdrantClient
from qdrant_client.models import Batch, Distance, VectorParams

folder, place, name = sys.argv[1:]
shards = pyarrow.dataset.dataset(f"{folder}/documents")
client = QdrantClient(url=place) if "://" in place else QdrantClient(path=place)
size = shards.schema.field("vector").type.list_size
client.create_collection(name, vectors_config=VectorParams(size=size, distance=Distance.COSINE))
first = 0
for rows in shards.to_batches(columns=["id", "text", "vector"], batch_size=256):
    payloads = rows.select(["id", "text"]).to_pylist()
    ids = list(range(first, first + len(rows)))
    client.upsert(name, Batch(ids=ids, vectors=rows["vector"].to_pylist(), payloads=payloads))
    first += len(rows)
print(f"{client.count(name).count} points in {name}")
client.close()
