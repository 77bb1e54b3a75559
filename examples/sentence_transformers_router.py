"""sentence-transformers: one model whose queries go through the encoder and whose documents go through the teacher.

python examples/sentence_transformers_router.py "QUESTION" FOLDER [ENCODER TEACHER]

FOLDER is where the model is written; from then on it needs no codequest.
"""

import sys

from sentence_transformers import SentenceTransformer
from standard_functions import CODE, ENCODER

from codequest import QueryEncoder
from codequest.integrations.sentence_transformers import export_router

question, folder, *names = sys.argv[1:]
encoder, teacher = names or (ENCODER, None)  # by default the one that the encoder's space names
export_router(QueryEncoder.from_pretrained(encoder), folder, teacher=teacher)

model = SentenceTransformer(folder, trust_remote_code=encoder == "static")  # whose rows are a module of their own
document_vectors = model.encode_document(list(CODE.values()))
scores = model.similarity(model.encode_query(question), document_vectors)[0]
for position in scores.argsort(descending=True)[:5].tolist():
    print(f"{scores[position]:.3f}  {list(CODE)[position]}")
