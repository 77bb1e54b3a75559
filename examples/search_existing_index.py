"""Search an index that a teacher made, without running the teacher.

python examples/search_existing_index.py ADAPTER INDEX.npy TEXTS.txt "a question"

INDEX.npy holds the teacher's unit document vectors, (n, dim); line i of TEXTS.txt names row i.
"""

import sys
from pathlib import Path

import numpy as np

from codequest import QueryEncoder

adapter, index, texts, question = sys.argv[1:]
encoder = QueryEncoder.from_pretrained(adapter)
document_vectors = np.load(index)
encoder.space.check_vectors(document_vectors)  # of the right dim, finite, of unit length
names = Path(texts).read_text(encoding="utf-8").splitlines()

scores = document_vectors @ encoder.encode(question)
for position in np.argsort(-scores)[:5]:
    print(f"{scores[position]:.3f}  {names[position]}")
