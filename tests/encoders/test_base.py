"""What every encoder gets from its base: batches, checks, its folder, its place on the hub."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from codequest.adapters.folder import AdapterConfig
from codequest.adapters.reference_vectors import TEXTS, ReferenceVectors
from codequest.encoders import EncoderCost, LoRAQueryEncoder, QueryEncoder, StaticQueryEncoder, base, kinds
from codequest.encoders.kinds import EncoderKind, encoder_class
from codequest.errors import AdapterFormatError, InvalidInputError
from codequest.space import EmbeddingSpace, Vectors

SPACE = EmbeddingSpace(teacher="test/teacher", dim=2)


class LengthEncoder(QueryEncoder):
    """The angle of a vector is the length of its query; remembers the batches that it was given."""

    kind: ClassVar[str] = "length"

    def __init__(self, space: EmbeddingSpace = SPACE, *, factor: Any = 0.001) -> None:
        super().__init__(space)
        self.factor = factor
        self.batches: list[list[str]] = []

    def embed_batch(self, queries: Sequence[str]) -> Vectors:
        self.batches.append(list(queries))
        angles = np.array([self.factor * len(query) for query in queries], dtype=np.float32)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)

    def cost(self, *, tokens: int = 12) -> EncoderCost:
        return EncoderCost(parameters=1, active_bytes=4, flops=tokens, tokens=tokens)

    def describe(self) -> dict[str, Any]:
        return {"factor": self.factor}

    @classmethod
    def rebuild(cls, config: AdapterConfig, folder: Path, *, device: str | None) -> LengthEncoder:
        if not isinstance(config.encoder["factor"], float):
            raise InvalidInputError(f"factor must be a number, got {config.encoder['factor']!r}.")
        return cls(config.space, factor=config.encoder["factor"])


def angle(vectors: Vectors) -> Any:
    return np.arctan2(vectors[..., 1], vectors[..., 0]) / 0.001


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind has its row."""
    row = EncoderKind(name="length", where=f"{__name__}:LengthEncoder")
    find = kinds.find_kind
    monkeypatch.setattr(kinds, "find_kind", lambda name: row if name == "length" else find(name))


class TestBatches:
    def test_no_batch_is_larger_than_asked_for_and_every_vector_is_in_its_querys_row(self) -> None:
        encoder, lengths = LengthEncoder(), [3, 90, 1, 40, 41, 2, 7]
        vectors = encoder.encode(["x" * length for length in lengths], batch_size=3)
        np.testing.assert_allclose(angle(vectors), lengths, rtol=1e-3)
        assert [[len(query) for query in batch] for batch in encoder.batches] == [[90, 41, 40], [7, 3, 2], [1]]

    def test_long_queries_share_a_batch_only_as_far_as_memory_allows(self) -> None:
        encoder = LengthEncoder()
        encoder.encode(["x" * length for length in (9000, 4096, 4096, 100, 1)])
        assert [[len(query) for query in batch] for batch in encoder.batches] == [[9000], [4096, 4096], [100, 1]]

    def test_one_query_is_a_batch_of_its_own_and_one_vector(self) -> None:
        encoder = LengthEncoder()
        reports: list[tuple[str, int, int]] = []
        vector = encoder.encode("a \x00 b", progress=lambda *report: reports.append(report))
        assert (encoder.batches, vector.shape, reports) == ([["a � b"]], (2,), [("encoding queries", 1, 1)])

    @pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
    def test_vectors_that_are_not_finite_are_refused(self, wrong: float, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(LengthEncoder, "embed_batch", lambda _, queries: np.array([[wrong, 1]] * len(queries)))
        for queries in ("one", ["one", "two"]):
            with pytest.raises(InvalidInputError, match="This length encoder produced vectors that are not finite"):
                LengthEncoder().encode(queries)


def test_what_a_kind_need_not_say() -> None:
    encoder = LengthEncoder()
    assert encoder.token_counts(["", "four", "x" * 400]) == [1, 2, 101]
    assert (encoder.source_kind, encoder.batch_invariant) == ("length", True)
    assert (encoder.saved_tensors(), encoder.saved_files()) == ({}, {})


class TestFolder:
    def test_what_was_trained_measured_and_compared_with_comes_back(self, known: None, tmp_path: Path) -> None:
        encoder = LengthEncoder()
        encoder.training, encoder.metrics = {"stages": [{"steps": 3}]}, {"cosqa/dev": {"nDCG@10": 0.5}}
        rows = np.eye(2, dtype=np.float32)[np.arange(len(TEXTS)) % 2]
        encoder.reference_vectors = ReferenceVectors(texts=TEXTS, queries=rows, documents=rows[::-1])
        loaded = QueryEncoder.from_pretrained(encoder.save_pretrained(tmp_path / "adapter"))
        assert isinstance(loaded, LengthEncoder)
        assert (loaded.space, loaded.factor) == (SPACE, 0.001)
        assert (loaded.training, loaded.metrics) == (encoder.training, encoder.metrics)
        assert loaded.reference_vectors is not None
        np.testing.assert_array_equal(loaded.reference_vectors.documents, rows[::-1])

    def test_a_value_that_the_kind_refuses_is_a_fault_of_the_folder(self, known: None, tmp_path: Path) -> None:
        folder = LengthEncoder(factor="much").save_pretrained(tmp_path / "adapter")
        with pytest.raises(AdapterFormatError, match=rf"{folder} holds a wrong value: factor must be a number"):
            LengthEncoder.from_pretrained(folder)

    def test_another_class_is_named(self, known: None, tmp_path: Path) -> None:
        folder = LengthEncoder().save_pretrained(tmp_path / "adapter")
        with pytest.raises(AdapterFormatError, match=r"a LengthEncoder, not a LoRAQ.*LengthEncoder\.from_pretrained"):
            LoRAQueryEncoder.from_pretrained(folder)

    def test_a_kind_has_one_class_and_an_unknown_one_lists_them(self, tmp_path: Path) -> None:
        assert encoder_class("static", tmp_path) is StaticQueryEncoder
        with pytest.raises(AdapterFormatError, match=rf"{tmp_path} .* 'length'\. This codequest has exported, lora"):
            encoder_class("length", tmp_path)


class TestDocuments:
    def test_an_encoder_for_queries_alone_refuses_them(self) -> None:
        with pytest.raises(InvalidInputError, match=r"length encoder was trained for queries alone.*static-documents"):
            LengthEncoder().encode_documents(["xx"])

    def test_documents_may_be_empty_and_whoever_was_trained_for_them_says_so_in_its_folder(
        self, known: None, tmp_path: Path
    ) -> None:
        encoder = LengthEncoder()
        encoder.documents = True
        loaded = QueryEncoder.from_pretrained(encoder.save_pretrained(tmp_path / "adapter"))
        vectors = loaded.encode_documents(["xx", "", "xxxxx"])
        np.testing.assert_allclose(angle(vectors), [2, 0, 5], atol=1e-3)
        card = (tmp_path / "adapter" / "README.md").read_text(encoding="utf-8")
        assert "# length document encoder for test/teacher" in card


def test_what_is_pushed_is_the_whole_folder_which_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    pushed: list[tuple[Path, set[str], Any, Any]] = []

    def push(folder: Path, repo_id: str, **options: Any) -> str:
        pushed.append((folder, {path.name for path in folder.iterdir()}, repo_id, options))
        return "the commit"

    monkeypatch.setattr(base, "push_folder", push)
    assert LengthEncoder().push_to_hub("user/adapter", private=True, message="First") == "the commit"
    [(folder, files, repository, options)] = pushed
    assert files == {"config.json", "README.md"}
    assert (repository, options) == ("user/adapter", {"private": True, "message": "First"})
    assert not folder.exists()


def test_a_panic_of_a_kind_of_somebody_else_is_an_error_of_ours() -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.FixedLength(length=0)

    class GivesUp(LengthEncoder):
        def embed_batch(self, queries: Sequence[str]) -> Vectors:
            tokenizer.encode_batch(list(queries))
            return super().embed_batch(queries)

    for encode in (GivesUp().encode, lambda query: GivesUp().encode([query])):
        with pytest.raises(AdapterFormatError, match=r"cannot embed these texts \(.*\); a file of it is"):
            encode("sort a list")
