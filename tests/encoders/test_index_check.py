"""An encoder recognizes its teacher, and an index of its space, and refuses others."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codequest import DistillationConfig, DistillationTrainer, LoRAQueryEncoder, ProjectionQueryEncoder, QueryEncoder
from codequest.adapters.folder import read_config
from codequest.adapters.reference_vectors import REFERENCE_FILE, TEXTS, ReferenceVectors
from codequest.encoders.index_check import check_index, check_teacher
from codequest.errors import AdapterFormatError, InvalidInputError, SpaceMismatchError
from codequest.space import EmbeddingSpace
from codequest.teachers import LocalTeacher, VectorsTeacher
from codequest.training import add_reference_vectors
from tests.tiny import build_model

PHRASES = [f"{verb} the {noun}" for verb in ("sort", "read", "open", "search") for noun in ("list", "file", "query")]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_model(tmp_path_factory.mktemp("checks") / "model", seed=9, prompts={"document": "code: "})


@pytest.fixture(scope="module")
def teacher(model: Path) -> LocalTeacher:
    return LocalTeacher(str(model), device="cpu")


@pytest.fixture(scope="module")
def trained(model: Path, teacher: LocalTeacher, tmp_path_factory: pytest.TempPathFactory) -> QueryEncoder:
    encoder = LoRAQueryEncoder.create(str(model), space=teacher.space, rank=2, device="cpu")
    config = DistillationConfig(epochs=1, batch_size=4)
    folder = tmp_path_factory.mktemp("run")
    DistillationTrainer(encoder, teacher, PHRASES, config=config, output_dir=folder).train()
    return encoder


def test_training_leaves_the_teachers_vectors_in_the_adapter(
    trained: QueryEncoder, teacher: LocalTeacher, tmp_path: Path
) -> None:
    folder = trained.save_pretrained(tmp_path / "adapter")
    assert (folder / REFERENCE_FILE).stat().st_size < 4000  # 16 vectors of 32 dimensions, and their texts
    again = QueryEncoder.from_pretrained(folder)
    assert again.reference_vectors is not None
    assert again.reference_vectors.texts == TEXTS
    np.testing.assert_allclose(again.reference_vectors.queries, teacher.encode_queries(TEXTS), atol=1e-3)
    np.testing.assert_allclose(again.reference_vectors.documents, teacher.encode_documents(TEXTS), atol=1e-3)
    check_teacher(again, teacher)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"document_prompt": ""}, "is set otherwise: it gives other vectors of documents"),
        ({"query_prompt": "code: "}, "is set otherwise: it gives other vectors of queries"),
        ({"dim": 16}, "gives queries 16 dimensions, the adapter's teacher 32"),
    ],
)
def test_a_teacher_that_is_set_otherwise_is_refused(
    trained: QueryEncoder, model: Path, options: dict[str, str], message: str
) -> None:
    with pytest.raises(SpaceMismatchError, match=message):
        check_teacher(trained, LocalTeacher(str(model), device="cpu", **options))  # type: ignore[arg-type]


def test_another_model_under_the_same_name_is_refused(
    trained: QueryEncoder, teacher: LocalTeacher, tmp_path: Path
) -> None:
    other = LocalTeacher(str(build_model(tmp_path / "model", seed=10)), device="cpu")
    with pytest.raises(SpaceMismatchError, match=r"of queries \(least cosine .* of 8 texts, the same teacher gives 1"):
        check_teacher(trained, other)


def test_an_export_carries_them_too(trained: QueryEncoder, teacher: LocalTeacher, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    exported = QueryEncoder.from_pretrained(trained.export(tmp_path / "openvino", runtime="openvino"))
    assert trained.reference_vectors is not None
    assert exported.reference_vectors is not None
    np.testing.assert_array_equal(exported.reference_vectors.documents, trained.reference_vectors.documents)
    check_teacher(exported, teacher)


def test_stored_vectors_leave_none(model: Path, teacher: LocalTeacher, tmp_path: Path) -> None:
    stored = VectorsTeacher(teacher.space, queries=(PHRASES, teacher.encode_queries(PHRASES)))
    encoder = ProjectionQueryEncoder.create(str(model), space=teacher.space, device="cpu")
    config = DistillationConfig(epochs=1, batch_size=4)
    DistillationTrainer(encoder, stored, PHRASES, config=config, output_dir=tmp_path / "run").train()
    folder = encoder.save_pretrained(tmp_path / "adapter")
    assert encoder.reference_vectors is None
    assert not (folder / REFERENCE_FILE).exists()
    with pytest.raises(InvalidInputError, match=r"carries no vectors of its teacher.*add_reference_vectors\(folder\)"):
        check_teacher(QueryEncoder.from_pretrained(folder), teacher)


def test_reference_vectors_are_added_to_an_adapter_that_is_there(
    model: Path, teacher: LocalTeacher, tmp_path: Path
) -> None:
    encoder = ProjectionQueryEncoder.create(str(model), space=teacher.space, device="cpu")
    folder = encoder.save_pretrained(tmp_path / "adapter")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert add_reference_vectors(folder, teacher) == folder / REFERENCE_FILE
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert after.keys() - before.keys() == {REFERENCE_FILE}
    digests = {name: hashlib.sha256(after[name]).hexdigest() for name in ("model.safetensors", REFERENCE_FILE)}
    expected = {**json.loads(before["config.json"]), "files": digests}
    assert json.loads(after["config.json"]) == expected
    assert {name: after[name] for name in before if name != "config.json"}.items() <= before.items()
    check_teacher(QueryEncoder.from_pretrained(folder), teacher)
    with pytest.raises(SpaceMismatchError, match="The reference vectors would be those of another teacher"):
        add_reference_vectors(folder, LocalTeacher(str(model), document_prompt="", device="cpu"))
    assert (folder / REFERENCE_FILE).read_bytes() == after[REFERENCE_FILE]
    (folder / REFERENCE_FILE).unlink()
    (folder / REFERENCE_FILE).mkdir()
    with pytest.raises(AdapterFormatError, match=r"probes\.safetensors .*it is a folder"):
        add_reference_vectors(folder, teacher)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*before, REFERENCE_FILE])


@pytest.mark.parametrize("damage", [b"", b"no tensors", "truncated", "without texts"])
def test_damaged_reference_vectors_are_named(trained: QueryEncoder, tmp_path: Path, damage: bytes | str) -> None:
    folder = trained.save_pretrained(tmp_path / "adapter")
    path = folder / REFERENCE_FILE
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:-5])
    elif damage == "without texts":
        from safetensors.numpy import save_file

        save_file({"queries": np.zeros(2)}, path)
    else:
        path.write_bytes(damage)  # type: ignore[arg-type]
    with pytest.raises(AdapterFormatError, match=r"probes\.safetensors is truncated or damaged"):
        read_config(folder)


def test_bf16_passes_and_zero_does_not() -> None:
    vectors = np.random.default_rng(0).standard_normal((8, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    class Gives:
        def __init__(self, factor: float, noise: float) -> None:
            self.space = EmbeddingSpace(teacher="noise", dim=64)
            self.vectors = factor * vectors + noise * np.roll(vectors, 1, axis=1)

        def encode_queries(self, texts: object) -> np.ndarray:
            return self.vectors

        encode_documents = encode_queries

    kept = ReferenceVectors.of(Gives(1, 0))  # type: ignore[arg-type]
    kept.check(Gives(1, 0.01))  # type: ignore[arg-type]
    for other in (Gives(0, 0), Gives(1, 0.5), Gives(float("nan"), 0)):
        with pytest.raises(SpaceMismatchError, match="other vectors of queries"):
            kept.check(other)  # type: ignore[arg-type]


class TestIndex:
    @pytest.fixture(scope="class")
    def fitted(self, model: Path, teacher: LocalTeacher) -> QueryEncoder:
        """Near its teacher's document vectors, as a trained encoder is."""
        encoder = ProjectionQueryEncoder.create(str(model), space=teacher.space, map="linear", device="cpu")
        encoder.initialize(encoder.prepare(PHRASES), teacher.encode_documents(PHRASES))
        return encoder

    def test_an_index_of_its_space_passes(self, fitted: QueryEncoder, teacher: LocalTeacher) -> None:
        texts = [*PHRASES, "", " "]
        index = teacher.encode_documents(PHRASES)
        nearest = (fitted.encode(PHRASES) @ index.T).argmax(axis=1)
        assert (nearest == np.arange(len(PHRASES))).mean() > 0.5
        check_index(fitted, teacher.encode_documents(texts), texts)
        check_index(fitted, teacher.encode_documents(texts).astype(np.float16), texts)

    def test_other_texts_and_other_models_are_refused(
        self, fitted: QueryEncoder, teacher: LocalTeacher, tmp_path: Path
    ) -> None:
        index = teacher.encode_documents(PHRASES)
        other = LocalTeacher(str(build_model(tmp_path / "other", seed=11)), device="cpu")
        for wrong in (np.roll(index, 1, axis=0), other.encode_documents(PHRASES)):
            with pytest.raises(SpaceMismatchError, match="of 12 texts the encoder's vectors lie as near to"):
                check_index(fitted, wrong, PHRASES)

    def test_vectors_that_cannot_lie_in_the_space_are_refused(
        self, fitted: QueryEncoder, teacher: LocalTeacher
    ) -> None:
        index = teacher.encode_documents(PHRASES)
        with pytest.raises(SpaceMismatchError, match=r"Vectors of shape \(12, 31\) do not lie in"):
            check_index(fitted, index[:, :31], PHRASES)
        with pytest.raises(SpaceMismatchError, match="12 of 12 vectors are not of unit length"):
            check_index(fitted, 2 * index, PHRASES)

    def test_too_few_texts_and_texts_of_another_number_are_refused(
        self, fitted: QueryEncoder, teacher: LocalTeacher
    ) -> None:
        index = teacher.encode_documents(PHRASES)
        with pytest.raises(InvalidInputError, match="at least 8 texts that are not empty, and as many"):
            check_index(fitted, index[:7], PHRASES[:7])
        with pytest.raises(InvalidInputError, match="got 12 of 12 texts, and 11 vectors"):
            check_index(fitted, index[:11], PHRASES)

    def test_a_space_is_compared_by_its_vectors_not_by_its_name(
        self, fitted: QueryEncoder, teacher: LocalTeacher
    ) -> None:
        fitted.space = replace(fitted.space, teacher="other/name")
        assert fitted.space.fingerprint != teacher.space.fingerprint
        check_index(fitted, teacher.encode_documents(PHRASES), PHRASES)
