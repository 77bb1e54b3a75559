"""Search a Qdrant collection that a teacher filled, without running the teacher.

python examples/qdrant_search.py ADAPTER FOLDER_OR_URL COLLECTION[:VECTOR] "a question" [LANGUAGE]

The points have the payload "text" and, for the filter, "language"; VECTOR is the name of theirs, where it has one. The
teacher fills it so: client.upsert(COLLECTION, [PointStruct(id=…, vector=…, payload=…), …]), with the rows of
teacher.encode_documents(texts).
"""

import sys

from qdrant_client import QdrantClient
from qdrant_client.models import FieldCondition, Filter, MatchValue

from codequest import QueryEncoder
from codequest.integrations.stores import check_store, read_qdrant

adapter, place, name, question, *languages = sys.argv[1:]
collection, _, vector = name.partition(":")
encoder = QueryEncoder.from_pretrained(adapter)
client = QdrantClient(url=place) if "://" in place else QdrantClient(path=place)
stored = read_qdrant(client, collection, vector=vector or None)
check_store(stored, encoder.space)  # right metric, dim and lengths

only = Filter(must=[FieldCondition(key="language", match=MatchValue(value=name)) for name in languages])
query = encoder.encode(question)
found = client.query_points(collection, query=query, using=vector or None, query_filter=only, limit=5)
for point in found.points:
    cosine = 1 - point.score**2 / 2 if stored.metric == "euclidean" else point.score  # Euclid is a distance
    print(f"{cosine:.3f}  {point.id}  {point.payload['text']}")
client.close()
