"""mteb: an encoder and its teacher on a task of mteb; here one of our own, made on the spot.

python examples/mteb_evaluate.py [ENCODER TEACHER]
"""

import sys

import mteb
from mteb.abstasks.retrieval import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata
from standard_functions import CODE, DESCRIPTIONS, ENCODER, TEACHER

from codequest.integrations.mteb import CodequestModel


class StandardFunctions(AbsTaskRetrieval):
    """The description of a function finds its code."""

    metadata = TaskMetadata(
        name="StandardFunctions",
        description="The description of a function of Python's standard library finds its code.",
        dataset={"path": "none", "revision": "1"},
        type="Retrieval",
        eval_langs=["eng-Latn", "python-Code"],
        main_score="ndcg_at_10",
    )

    def load_data(self, *_, **__):
        """In place of a download; an official task comes from mteb.get_tasks()."""
        self.queries, self.corpus = {"test": DESCRIPTIONS}, {"test": CODE}
        self.relevant_docs = {"test": {name: {name: 1} for name in CODE}}
        self.dataset = {}
        self.convert_v1_dataset_format_to_v2(None)
        self.data_loaded = True


encoder, teacher = sys.argv[1:] or (ENCODER, TEACHER)
model = CodequestModel(encoder, teacher=teacher, name="codequest/encoder")
scores = mteb.evaluate(model, StandardFunctions(), cache=None, show_progress_bar=False)[0].scores["test"][0]
print(f"nDCG@10 {scores['ndcg_at_10']:.3f}, recall@10 {scores['recall_at_10']:.3f}")
