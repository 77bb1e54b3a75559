"""Haystack: one pipeline indexes functions with the teacher, another one searches them with the encoder.

python examples/haystack_search.py "QUESTION" [ENCODER TEACHER]
"""

import sys

from haystack import Document, Pipeline
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from standard_functions import CODE, ENCODER, TEACHER

from codequest.integrations.haystack import CodequestDocumentEmbedder, CodequestTextEmbedder

question, *names = sys.argv[1:]
encoder, teacher = names or (ENCODER, TEACHER)
store = InMemoryDocumentStore()  # compares by dot product, which is the cosine of unit vectors

indexing = Pipeline()
indexing.add_component("embedder", CodequestDocumentEmbedder(teacher))
indexing.add_component("writer", DocumentWriter(store))
indexing.connect("embedder", "writer")
indexing.run({"embedder": {"documents": [Document(id=name, content=code) for name, code in CODE.items()]}})

searching = Pipeline()
searching.add_component("embedder", CodequestTextEmbedder(encoder))
searching.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=5))
searching.connect("embedder.embedding", "retriever.query_embedding")
for found in searching.run({"embedder": {"text": question}})["retriever"]["documents"]:
    print(f"{found.score:.3f}  {found.id}")
