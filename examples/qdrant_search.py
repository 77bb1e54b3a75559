"""Search a Qdrant collection that a teacher filled, without running the teacher.

python examples/qdrant_search.py ADAPTER FOLDER_OR_URL COLLECTION "a question" [LANGUAGE]

The points have the payload "text" and, for the filter, "language".
"""

import sys

from qdrant_client import QdrantClient
from qdrant_client.models import FieldCondition, Filter, MatchValue

from codequest import QueryEncoder
from codequest.integrations.stores import check_store, read_qdrant

adapter, place, collection, question, *languages = sys.argv[1:]
encoder = QueryEncoder.from_pretrained(adapter)
client = QdrantClient(url=place) if "://" in place else QdrantClient(path=place)
check_store(read_qdrant(client, collection), encoder.space)  # right metric, dim and lengths

only = Filter(must=[FieldCondition(key="language", match=MatchValue(value=name)) for name in languages])
found = client.query_points(collection, query=encoder.encode(question), query_filter=only, limit=5)
for point in found.points:
    print(f"{point.score:.3f}  {point.id}  {point.payload['text']}")
client.close()
