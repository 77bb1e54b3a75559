"""``codequest probe`` on tiny models."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codequest import load_teacher
from codequest.encoders import ProjectionQueryEncoder
from codequest.errors import InvalidInputError, SpaceMismatchError, TeacherError
from codequest.teachers import LocalTeacher
from tests.cli.commands import run, run_and_hear
from tests.tiny import build_model

TEXTS = [f"{verb} the {noun}" for verb in ("sort", "read", "open") for noun in ("list", "file", "query", "dict")]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prompts = {"query": "find: ", "document": "code: "}
    return build_model(tmp_path_factory.mktemp("probe") / "model", seed=8, prompts=prompts)


@pytest.fixture
def index(tmp_path: Path, model: Path) -> Path:
    np.save(tmp_path / "index.npy", load_teacher(str(model)).encode_documents(TEXTS).astype(np.float16))
    (tmp_path / "texts.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    return tmp_path / "index.npy"


def test_an_index_of_the_teacher_matches(index: Path, model: Path) -> None:
    printed = run("probe", index, "--texts", index.with_name("texts.txt"), "--teacher", model)
    assert "12 vectors, model" in printed
    assert "cosine of 12 texts   1.0000" in printed
    assert "differs" not in printed
    found = json.loads(run("probe", index, "--texts", index.with_name("texts.txt"), "--teacher", model, "--json"))
    assert (found["verdict"], found["vectors"], found["samples"]) == ("match", 12, 12)
    assert found["cosine"] == pytest.approx(1, abs=1e-3)
    assert all(finding["agrees"] for finding in found["findings"])


def test_an_index_with_another_prompt_is_refused_with_the_way_out(
    tmp_path: Path, index: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(index, LocalTeacher(str(model), document_prompt="").encode_documents(TEXTS)[:, :24])
    lines = "\n".join(json.dumps({"text": text}) for text in TEXTS)
    (tmp_path / "texts.jsonl").write_text(lines, encoding="utf-8")
    with pytest.raises(SpaceMismatchError, match=r"LocalTeacher\('model', dim=24, document_prompt=''\)"):
        run("probe", index, "--texts", tmp_path / "texts.jsonl", "--teacher", model)
    with pytest.raises(SpaceMismatchError, match=r"but length of a vector .*, prompt '' instead of 'code: '"):
        run("probe", index, "--texts", tmp_path / "texts.jsonl", "--teacher", model, "--dim", 24)


def test_a_folder_of_stored_vectors_has_its_texts(tmp_path: Path, model: Path) -> None:
    teacher = load_teacher(str(model))
    (tmp_path / "space.json").write_text(json.dumps(teacher.space.to_dict()), encoding="utf-8")
    for name, vectors in (("queries", teacher.encode_queries(TEXTS)), ("documents", -teacher.encode_documents(TEXTS))):
        np.save(tmp_path / f"{name}.npy", vectors)
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, TEXTS)), encoding="utf-8")
    assert "1.0000" in run("probe", tmp_path, "--queries", "--teacher", model, "--samples", 5)
    with pytest.raises(SpaceMismatchError, match="did not make these vectors"):
        run("probe", tmp_path, "--teacher", model)


def test_an_adapter_knows_its_space_without_the_teacher(tmp_path: Path, index: Path, model: Path) -> None:
    space = replace(load_teacher(str(model)).space, query_prompt="", document_prompt="")
    encoder = ProjectionQueryEncoder.create(str(model), space=space, map="linear")
    vectors = load_teacher(str(model)).encode_queries(TEXTS)
    encoder.initialize(encoder.prepare(TEXTS), vectors)
    adapter = encoder.save_pretrained(tmp_path / "adapter")
    np.save(index, vectors)
    texts = ("--texts", index.with_name("texts.txt"))
    _, said = run_and_hear("probe", index, *texts, "--adapter", adapter)
    assert said.startswith("A model like model made these vectors of these texts. Not checked: pooling, prompts")
    assert f"codequest probe {index} --teacher model" in said
    np.save(index, np.roll(vectors, 1, axis=0))
    with pytest.raises(SpaceMismatchError, match="These vectors are not those of these texts"):
        run("probe", index, *texts, "--adapter", adapter)
    for both in ((), ("--adapter", adapter, "--teacher", model)):
        with pytest.raises(InvalidInputError, match="A probe needs either --teacher or --adapter"):
            run("probe", index, *texts, *both)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("index.npy", b"no numbers", "index.npy is no .npy file of numbers"),
        ("index.npy", None, r"There is no file .*index\.npy"),
        ("texts.jsonl", b'{"id": 1}', "texts.jsonl cannot be read as the texts of the vectors .*KeyError"),
        ("texts.jsonl", b"\xff", "texts.jsonl cannot be read as the texts .*UnicodeDecodeError"),
        ("texts.jsonl", None, "texts.jsonl cannot be read as the texts .*FileNotFoundError"),
    ],
)
def test_files_that_cannot_be_read_are_named(
    tmp_path: Path, index: Path, model: Path, name: str, content: bytes | None, message: str
) -> None:
    (tmp_path / "texts.jsonl").write_text("\n".join(map(json.dumps, TEXTS)), encoding="utf-8")
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(TeacherError, match=message):
        run("probe", index, "--texts", tmp_path / "texts.jsonl", "--teacher", model)


def test_vectors_without_texts_name_the_file_that_is_missing(index: Path, model: Path) -> None:
    missing = r"vectors without their texts, and there is no .*index\.jsonl.* in each line"
    with pytest.raises(TeacherError, match=missing):
        run("probe", index, "--teacher", model)


@pytest.mark.parametrize("name", ["export.parquet", "export.npz", "documents.parquet"])
def test_an_export_is_probed_as_it_is(tmp_path: Path, index: Path, model: Path, name: str) -> None:
    vectors = np.load(index).astype(np.float32)
    if name.endswith(".npz"):
        np.savez(tmp_path / name, texts=np.array(TEXTS), vectors=vectors)
    else:
        table = pytest.importorskip("pyarrow").table({"text": TEXTS, "vector": vectors.tolist()})
        pytest.importorskip("pyarrow.parquet").write_table(table, tmp_path / name)
    given = tmp_path if name.startswith("documents") else tmp_path / name
    assert "cosine of 12 texts   1.0000" in run("probe", given, "--teacher", model)


@pytest.mark.parametrize("name", ["texts.txt", "texts.parquet"])
def test_a_table_of_vectors_alone_takes_its_texts_from_another_file(
    tmp_path: Path, index: Path, model: Path, name: str
) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = np.load(index).astype(np.float32).tolist()
    parquet.write_table(arrow.table({"id": list(range(len(rows))), "vector": rows}), tmp_path / "export.parquet")
    parquet.write_table(arrow.table({"text": TEXTS}), tmp_path / "texts.parquet")
    (tmp_path / "texts.txt").write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    shown = run("probe", tmp_path / "export.parquet", "--texts", tmp_path / name, "--teacher", model)
    assert "cosine of 12 texts   1.0000" in shown
