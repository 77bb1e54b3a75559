"""Search a Chroma collection that a teacher filled, without running the teacher.

python examples/chroma_search.py ADAPTER FOLDER COLLECTION "a question" [LANGUAGE]

The records have documents and, for the filter, the metadata "language". The teacher fills it so:
collection.add(ids=ids, embeddings=teacher.encode_documents(texts), documents=texts, metadatas=metadatas).
"""

import sys

import chromadb

from codequest import QueryEncoder
from codequest.integrations.stores import check_store, read_chroma

adapter, place, name, question, *languages = sys.argv[1:]
encoder = QueryEncoder.from_pretrained(adapter)
collection = chromadb.PersistentClient(place).get_collection(name, embedding_function=None)  # the encoder embeds
stored = read_chroma(collection)
check_store(stored, encoder.space)  # right metric, dim and lengths

only = {"language": languages[0]} if languages else None
found = collection.query(query_embeddings=[encoder.encode(question)], n_results=5, where=only)
for record, text, distance in zip(found["ids"][0], found["documents"][0], found["distances"][0], strict=True):
    cosine = 1 - distance / (2 if stored.metric == "euclidean" else 1)  # the space "l2", the default, has squares
    print(f"{cosine:.3f}  {record}  {text}")
