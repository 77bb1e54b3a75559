"""Search an index through a running server, with the client of OpenAI's API; this process needs no codequest.

codequest serve minilm-lora
python examples/server_client.py http://127.0.0.1:8080/v1 INDEX.npy TEXTS.txt "a question"

INDEX.npy holds the teacher's unit document vectors, (n, dim); line i of TEXTS.txt names row i. A server with a key
takes it from CODEQUEST_API_KEY, and so does this client.
"""

import os
import sys
from pathlib import Path

import numpy as np
from openai import OpenAI

address, index, texts, question = sys.argv[1:]
client = OpenAI(base_url=address, api_key=os.environ.get("CODEQUEST_API_KEY", "unused"))
model = client.models.list().data[0]
document_vectors = np.load(index)
if document_vectors.shape[1] != model.space["dim"]:
    sys.exit(f"The index is {document_vectors.shape[1]}-d; {model.id} searches an index of {model.space['teacher']}.")

query_vector = client.embeddings.create(model=model.id, input=question).data[0].embedding
scores = document_vectors @ np.array(query_vector, dtype=np.float32)
names = Path(texts).read_text(encoding="utf-8").splitlines()
for position in np.argsort(-scores)[:5]:
    print(f"{scores[position]:.3f}  {names[position]}")
