"""Search a Chroma collection that a teacher filled, without running the teacher.

python examples/chroma_search.py ADAPTER FOLDER COLLECTION "a question" [LANGUAGE]

The records have documents and, for the filter, the metadata "language".
"""

import sys

import chromadb

from codequest import QueryEncoder
from codequest.integrations.stores import check_store, read_chroma

adapter, place, name, question, *languages = sys.argv[1:]
encoder = QueryEncoder.from_pretrained(adapter)
collection = chromadb.PersistentClient(place).get_collection(name, embedding_function=None)  # the encoder embeds
check_store(read_chroma(collection), encoder.space)  # right metric, dim and lengths

only = {"language": languages[0]} if languages else None
found = collection.query(query_embeddings=[encoder.encode(question)], n_results=5, where=only)
for record, text, distance in zip(found["ids"][0], found["documents"][0], found["distances"][0], strict=True):
    print(f"{1 - distance:.3f}  {record}  {text}")  # of a collection in the space "cosine" or "ip"
