"""Search a FAISS index that a teacher filled, without running the teacher.

python examples/faiss_search.py ADAPTER INDEX.faiss TEXTS.txt "a question" [WORD]

Line i of TEXTS.txt is row i of the index; with WORD, only rows whose line has it are searched.
"""

import sys
from pathlib import Path

import faiss
import numpy as np

from codequest import QueryEncoder
from codequest.integrations.stores import check_store, read_faiss

adapter, file, lines, question, *words = sys.argv[1:]
encoder = QueryEncoder.from_pretrained(adapter)
texts = Path(lines).read_text(encoding="utf-8").split("\n")[:-1]
index = faiss.read_index(file)
check_store(read_faiss(index, texts=texts), encoder.space)  # right metric, dim and lengths

rows = np.array([row for row, text in enumerate(texts) if all(word in text for word in words)], dtype=np.int64)
make = faiss.SearchParametersHNSW if isinstance(index, faiss.IndexHNSW) else faiss.SearchParameters
only = make(sel=faiss.IDSelectorBatch(rows))
scores, found = index.search(encoder.encode([question]), min(5, len(rows)), params=only)
for score, row in zip(scores[0], found[0], strict=True):
    print(f"{score:.3f}  {row}  {texts[row]}")
