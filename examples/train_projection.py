"""Train a projection into a teacher's space: a frozen small model and a learned map, in minutes.

python examples/train_projection.py QUERIES ADAPTER [TEACHER] [BASE]
"""

import sys

from codequest import CachedTeacher, DistillationTrainer, ProjectionQueryEncoder, load_teacher
from codequest.data import load_queries

queries, adapter, *names = sys.argv[1:]
defaults = ["auto:sentence-transformers/all-mpnet-base-v2", "sentence-transformers/all-MiniLM-L6-v2"]
name, base = [*names, *defaults[len(names) :]]

teacher = CachedTeacher(load_teacher(name))  # every query is embedded once, whatever is trained on it later
encoder = ProjectionQueryEncoder.create(base, space=teacher.space, map="mlp")
result = DistillationTrainer(encoder, teacher, load_queries(queries)).train()
print(f"{result.steps} steps, {result.measure} on held-out queries {result.best:.4f}")
print(encoder.save_pretrained(adapter))
