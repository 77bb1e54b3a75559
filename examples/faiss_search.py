"""Search a FAISS index that a teacher filled, without running the teacher.

python examples/faiss_search.py ADAPTER INDEX.faiss TEXTS.txt "a question" [WORD]

Line i of TEXTS.txt is row i of the index, in an ID map too; with WORD, only rows whose line has it are searched. The
teacher fills it so: index.add(teacher.encode_documents(texts)), and faiss.write_index(index, "INDEX.faiss").
"""

import sys
from pathlib import Path

import faiss
import numpy as np

from codequest import QueryEncoder
from codequest.integrations.stores import check_store, faiss_ids, read_faiss

adapter, file, lines, question, *words = sys.argv[1:]
encoder = QueryEncoder.from_pretrained(adapter)
texts = Path(lines).read_text(encoding="utf-8").split("\n")[:-1]
index = faiss.read_index(file)
check_store(read_faiss(index, texts=texts), encoder.space)  # right metric, dim and lengths

ids = faiss_ids(index, texts)
known = dict(zip(ids.tolist(), texts, strict=True))
only = None
if words:
    allowed = np.array([id for id, text in known.items() if all(word in text for word in words)], dtype=np.int64)
    effort = getattr(faiss.try_extract_index_ivf(index), "nprobe", 1)
    # Flat and HNSW indexes take these parameters as well, of which they read the selector alone.
    only = faiss.SearchParametersIVF(sel=faiss.IDSelectorBatch(allowed), nprobe=effort)
try:
    scores, found = index.search(encoder.encode([question]), 5, params=only)
except RuntimeError as error:
    sys.exit(f"{type(index).__name__} has no search in some of its rows: leave out WORD, or copy its vectors. {error}")
if index.metric_type == faiss.METRIC_L2:
    scores = 1 - scores / 2  # squared distances of unit vectors, as cosines
for score, id in zip(scores[0], found[0], strict=True):
    if id >= 0:  # fewer than five may pass
        print(f"{score:.3f}  {id}  {known[id]}")
