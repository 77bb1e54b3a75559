"""mteb: a task of its own runs, and finds what codequest's own evaluation finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

mteb = pytest.importorskip("mteb")

from mteb.abstasks.retrieval import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata
from torch.utils.data import DataLoader

from codequest.data import RetrievalDataset
from codequest.encoders import QueryEncoder
from codequest.errors import InvalidInputError
from codequest.evaluation.scoring import search_dataset
from codequest.integrations.mteb import CodequestModel
from codequest.teachers import LocalTeacher

WORDS = ["sort", "list", "dict", "value", "read", "file", "open", "http", "query", "search"]
DATASET = RetrievalDataset(
    "words",
    queries={f"q{n}": f"{word} a {WORDS[n - 1]}" for n, word in enumerate(WORDS)},
    documents={f"d{n}": f"def {word}({WORDS[n - 2]}): return {word}" for n, word in enumerate(WORDS)},
    qrels={f"q{n}": {f"d{n}": 1} for n in range(len(WORDS))},
)


class Words(AbsTaskRetrieval):
    metadata = TaskMetadata(
        name="Words",
        description="Words find functions.",
        dataset={"path": "none", "revision": "1"},
        type="Retrieval",
        eval_langs=["eng-Latn"],
        main_score="ndcg_at_10",
    )

    def load_data(self, *_: Any, **__: Any) -> None:
        self.queries, self.corpus = {"test": DATASET.queries}, {"test": DATASET.documents}
        self.relevant_docs = {"test": DATASET.qrels}
        self.dataset = {}
        self.convert_v1_dataset_format_to_v2(None)
        self.data_loaded = True


@pytest.fixture(scope="module")
def model(encoder: QueryEncoder, teacher: LocalTeacher) -> CodequestModel:
    return CodequestModel(encoder, teacher=teacher, name="codequest/tiny", revision="1")


def test_a_task_finds_what_our_own_evaluation_finds(
    model: CodequestModel, encoder: QueryEncoder, teacher: LocalTeacher
) -> None:
    result = mteb.evaluate(model, Words(), cache=None, show_progress_bar=False)
    scores = result[0].scores["test"][0]
    queries, documents = list(DATASET.queries.values()), list(DATASET.documents.values())
    expected = search_dataset(DATASET, encoder.encode(queries), teacher.encode_documents(documents)).means
    assert 0 < expected["nDCG@10"] < 1
    assert scores["ndcg_at_10"] == pytest.approx(expected["nDCG@10"], abs=1e-4)
    assert (result.model_name, result.model_revision) == ("codequest/tiny", "1")


@pytest.mark.parametrize("side", ["query", "document"])
def test_each_side_has_its_own_model(
    side: Any, model: CodequestModel, encoder: QueryEncoder, teacher: LocalTeacher
) -> None:
    batches = DataLoader([{"text": word} for word in WORDS], batch_size=4)
    given: dict[str, Any] = {"task_metadata": Words.metadata, "hf_split": "test", "hf_subset": "default"}
    found = model.encode(batches, prompt_type=mteb.types.PromptType(side), **given)  # type: ignore[arg-type]
    expected = encoder.encode(WORDS) if side == "query" else teacher.encode_documents(WORDS)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_task_without_sides_is_refused(model: CodequestModel) -> None:
    batches = DataLoader([{"text": "word"}], batch_size=1)
    given: dict[str, Any] = {"task_metadata": Words.metadata, "hf_split": "test", "hf_subset": "default"}
    with pytest.raises(InvalidInputError, match="Words is of the type Retrieval, which has no queries and documents"):
        model.encode(batches, **given)  # type: ignore[arg-type]


def test_what_mteb_is_told_of_the_model(model: CodequestModel, encoder: QueryEncoder, teacher: LocalTeacher) -> None:
    told = model.mteb_model_meta
    assert told is not None
    assert (told.name, told.embed_dim, told.adapted_from) == ("codequest/tiny", 48, teacher.space.teacher)
    assert told.n_parameters == encoder.cost().parameters
    assert told.use_instructions
