"""LlamaIndex: the teacher indexes functions, the encoder searches them.

python examples/llama_index_search.py "QUESTION" [ENCODER TEACHER]
"""

import sys

from llama_index.core import VectorStoreIndex
from llama_index.core.schema import TextNode
from standard_functions import CODE, ENCODER, TEACHER

from codequest.integrations.llama_index import CodequestEmbedding

question, *names = sys.argv[1:]
encoder, teacher = names or (ENCODER, TEACHER)
nodes = [TextNode(id_=name, text=code) for name, code in CODE.items()]
index = VectorStoreIndex(nodes, embed_model=CodequestEmbedding(encoder, teacher=teacher))
for found in index.as_retriever(similarity_top_k=5).retrieve(question):
    print(f"{found.score:.3f}  {found.node_id}")
