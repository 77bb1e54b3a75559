"""A router folder: queries by the encoder, documents by the teacher, in one model of sentence-transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sentence_transformers")

from sentence_transformers import SentenceTransformer
from typer.testing import CliRunner

from codequest.cli.app import build_app
from codequest.encoders import QueryEncoder
from codequest.errors import InvalidInputError, ParityError, SpaceMismatchError, WeightsNotFoundError
from codequest.integrations import sentence_transformers as integration
from codequest.integrations.sentence_transformers import export_router
from codequest.teachers import LocalTeacher
from tests.encoders.conftest import build_static
from tests.integrations.conftest import DOCUMENTS
from tests.tiny import QUERIES, build_model

BASE = "sentence-transformers/all-MiniLM-L6-v2"
pytestmark = pytest.mark.usefixtures("modules_of_folders")


def check(folder: Path, encoder: QueryEncoder, teacher: LocalTeacher, **options: Any) -> SentenceTransformer:
    model = SentenceTransformer(str(folder), device="cpu", **options)
    np.testing.assert_allclose(model.encode_query(QUERIES), encoder.encode(QUERIES), atol=1e-5)
    np.testing.assert_allclose(model.encode_document(DOCUMENTS), teacher.encode_documents(DOCUMENTS), atol=1e-5)
    return model


def test_each_route_gives_the_vectors_of_its_model(
    encoder: QueryEncoder, teacher: LocalTeacher, teacher_folder: Path, tmp_path: Path
) -> None:
    folder = export_router(encoder, tmp_path / "router", teacher=str(teacher_folder))
    model = check(folder, encoder, teacher)
    with pytest.raises(ValueError, match="Could not determine route"):  # rather than documents without their prompt
        model.encode(DOCUMENTS)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "query_vector = model.encode_query(" in card


def test_a_static_encoder_and_a_teacher_without_prompts(tiny_base: Path, tiny_teacher: Path, tmp_path: Path) -> None:
    encoder, teacher = build_static(tiny_base, tiny_teacher), LocalTeacher(str(tiny_teacher), device="cpu")
    folder = export_router(encoder, tmp_path / "router", teacher=str(tiny_teacher))
    model = check(folder, encoder, teacher, trust_remote_code=True)
    np.testing.assert_array_equal(model.encode(DOCUMENTS), model.encode_document(DOCUMENTS))


def test_a_teacher_whose_vectors_have_lengths_of_their_own(tiny_base: Path, tmp_path: Path) -> None:
    from codequest.encoders import LoRAQueryEncoder

    name = str(build_model(tmp_path / "teacher", seed=8, normalize=False, dense=24, lower_case=True))
    teacher = LocalTeacher(name, device="cpu")
    encoder = LoRAQueryEncoder.create(str(tiny_base), space=teacher.space, rank=2, device="cpu")
    assert np.linalg.norm(teacher.encode_documents(["a list"])) > 1.5
    check(export_router(encoder, tmp_path / "router", teacher=name), encoder, teacher)


def test_another_teacher_is_refused(encoder: QueryEncoder, tiny_teacher: Path, tmp_path: Path) -> None:
    with pytest.raises(SpaceMismatchError, match="This teacher cannot embed the documents"):
        export_router(encoder, tmp_path / "router", teacher=str(tiny_teacher))
    assert list(tmp_path.iterdir()) == []


def test_a_teacher_that_is_nowhere_is_refused(encoder: QueryEncoder, tmp_path: Path) -> None:
    with pytest.raises(WeightsNotFoundError, match="No weights for 'prompted'"):
        export_router(encoder, tmp_path / "router")


def test_other_document_vectors_are_refused(
    encoder: QueryEncoder, teacher_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = integration.backbone_modules

    def disturbed(backbone: Any) -> Any:
        transformer, pooling = whole(backbone)
        next(transformer.parameters()).data.normal_()
        return [transformer, pooling]

    monkeypatch.setattr(integration, "backbone_modules", disturbed)
    with pytest.raises(ParityError, match="The document route that sentence-transformers loads does not keep"):
        export_router(encoder, tmp_path / "router", teacher=str(teacher_folder))
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_folder(adapter: Path, encoder: QueryEncoder, tmp_path: Path) -> None:
    arguments = ["export", str(adapter), "--runtime", "sentence-transformers", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(build_app(), arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert " MB" in result.stdout
    model = SentenceTransformer(str(tmp_path / "out"), device="cpu")
    np.testing.assert_allclose(model.encode(QUERIES), encoder.encode(QUERIES), atol=1e-5)


def test_the_command_refuses_a_router_of_another_runtime(adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="--router is for --runtime sentence-transformers in fp32, got onnx"):
        CliRunner().invoke(
            build_app(), ["export", str(adapter), "--router", "--out", str(tmp_path / "out")], catch_exceptions=False
        )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["minilm-lora", "minilm-projection", "static"])
def test_the_command_writes_a_router_of_the_real_models(name: str, tmp_path: Path) -> None:
    arguments = ["export", name, "--runtime", "sentence-transformers", "--router", "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(build_app(), arguments, catch_exceptions=False).exit_code == 0
    encoder = QueryEncoder.from_pretrained(name, device="cpu")
    check(tmp_path / "out", encoder, LocalTeacher(encoder.space.teacher, device="cpu"), trust_remote_code=True)
