"""A teacher of your own: any class that turns texts into vectors. It indexes documents, an encoder learns its space.

python examples/own_teacher.py TEXTS.txt ADAPTER "a question" [BASE]
"""

import sys
import zlib
from pathlib import Path

import numpy as np

from codequest import DistillationConfig, DistillationTrainer, EmbeddingSpace, ProjectionQueryEncoder, Teacher


class HashingTeacher(Teacher):
    """Counts words in 256 buckets; put your model, your service or your table here."""

    @property
    def space(self):
        return EmbeddingSpace(teacher="words-in-buckets", dim=256)

    def embed_batch(self, texts, side):  # noqa: ARG002, where queries and documents differ: "query" or "document"
        vectors = np.zeros((len(texts), 256), dtype=np.float32)  # the base class makes unit vectors of them
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, zlib.crc32(word.encode()) % 256] += 1
        return vectors


file, adapter, question, *base = sys.argv[1:]
texts = Path(file).read_text(encoding="utf-8").splitlines()
teacher = HashingTeacher()
document_vectors = teacher.encode_documents(texts)

encoder = ProjectionQueryEncoder.create(*base or ["sentence-transformers/all-MiniLM-L6-v2"], space=teacher.space)
config = DistillationConfig(epochs=3, batch_size=8)
DistillationTrainer(encoder, teacher, texts, config=config).train()  # yours: tens of thousands of queries
encoder.save_pretrained(adapter)

scores = document_vectors @ encoder.encode(question)
for position in np.argsort(-scores)[:3]:
    print(f"{scores[position]:.3f}  {texts[position]}")
