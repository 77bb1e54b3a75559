"""Train a LoRA query encoder into a teacher's space and measure it on labelled queries.

python examples/train_lora.py QUERIES BEIR_FOLDER ADAPTER [LIMIT]
"""

import sys

from codequest import CachedTeacher, DistillationTrainer, LoRAQueryEncoder, evaluate, load_beir, load_teacher
from codequest.data import load_queries
from codequest.training import is_main_process, sample

query_file, beir_folder, adapter, *limit = sys.argv[1:]
dataset = load_beir(beir_folder, split="dev")
queries = sample(load_queries(query_file), int(limit[0]) if limit else None)

teacher = CachedTeacher(load_teacher("auto:sentence-transformers/all-mpnet-base-v2"))
encoder = LoRAQueryEncoder.create("sentence-transformers/all-MiniLM-L6-v2", space=teacher.space)
trainer = DistillationTrainer(encoder, teacher, queries, exclude=dataset.queries.values())
result = trainer.train()  # killed? run the script again: it continues

if is_main_process():  # under torchrun there are several
    print(f"{result.steps} steps, {result.measure} on held-out queries {result.best:.4f}")
    print(evaluate(encoder, teacher, dataset))
    encoder.save_pretrained(adapter)
