"""Encoders of `transfer_curves.py`: made from an adapter of another space or afresh, and measured on dev sets."""

from __future__ import annotations

from pathlib import Path

from codequest.adapt.stages import SETTINGS
from codequest.data import load_dataset, load_queries
from codequest.encoders import LoRAQueryEncoder, QueryEncoder, StaticQueryEncoder, TrainableQueryEncoder
from codequest.evaluation.scoring import search_dataset
from codequest.teachers import Teacher
from codequest.training import DistillationConfig, DistillationTrainer
from codequest.training.samples import shuffled, without

LANGUAGES = ("python", "java", "javascript", "php", "ruby", "go")
_TESTS = {"CoSQA": "cosqa:dev:corpus_nodoc", **{name: f"csn_docs:{name}-dev" for name in LANGUAGES}}
_LAYERS = {"minilm-l3-lora": 3, "minilm-lora": None}


class Workplace:
    """A teacher, the dev sets with its vectors, and the pool of queries without those of the dev sets."""

    def __init__(self, teacher: Teacher, data: Path) -> None:
        self.teacher = teacher
        self.tests = {name: load_dataset(source, root=data) for name, source in _TESTS.items()}
        self.measured = [query for test in self.tests.values() for query in test.queries.values()]
        self.pool = without(shuffled(load_queries(data / "query_pool")), self.measured)
        self._documents = {
            name: teacher.encode_documents([*test.documents.values()]) for name, test in self.tests.items()
        }
        self._ceiling = {name: self._ndcg(name, teacher.encode_queries) for name in self.tests}

    def created(self, name: str, queries: list[str], *, fresh: bool) -> TrainableQueryEncoder:
        """The encoder before its map is fitted."""
        start = None if fresh else name
        if name == "static":
            return StaticQueryEncoder.create(self.teacher, queries=queries, start=start)
        if fresh:
            return LoRAQueryEncoder.create(space=self.teacher.space, layers=_LAYERS[name], rank=32)
        return LoRAQueryEncoder.create(space=self.teacher.space, start=start)

    def made(self, name: str, queries: list[str], *, fresh: bool, epochs: float) -> QueryEncoder:
        """The encoder after its map was fitted, and after it was trained, unless epochs are 0."""
        encoder = self.created(name, queries, fresh=fresh)
        if not epochs:
            encoder.begin_training()
            encoder.initialize(encoder.prepare(queries), self.teacher.encode_queries(queries))
            encoder.end_training()
            return encoder
        settings = SETTINGS["static" if name == "static" else "lora"]
        config = DistillationConfig(epochs=epochs, evaluations=1, **settings)
        trainer = DistillationTrainer(encoder, self.teacher, queries, config=config, exclude=self.measured)
        trainer.train()
        return trainer.encoder

    def retention(self, encoder: QueryEncoder) -> dict[str, float]:
        """Retention of nDCG@10 by dev set, and its mean over the languages of doc comments."""
        found = {name: self._ndcg(name, encoder.encode) / self._ceiling[name] for name in self.tests}
        found["doc comments"] = sum(found[name] for name in LANGUAGES) / len(LANGUAGES)
        return {name: round(value, 4) for name, value in found.items()}

    def _ndcg(self, name: str, embed: object) -> float:
        test = self.tests[name]
        vectors = embed([*test.queries.values()])  # type: ignore[operator]
        return search_dataset(test, vectors, self._documents[name]).means["nDCG@10"]
