import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.errors import CodequestError, InvalidInputError, SpaceMismatchError, TeacherError
from codequest.space import EmbeddingSpace
from codequest.teachers import VectorsTeacher, load_teacher
from tests.teachers.counting import vector_of

SPACE = EmbeddingSpace(teacher="private/model", dim=8)
TEXTS = ["read file", "one\u2028two", "sort"]
VECTORS = np.stack([vector_of(text) for text in TEXTS])


def write(folder: Path, *, texts: list[Any] = TEXTS, vectors: Any = VECTORS, side: str = "queries") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "space.json").write_text(json.dumps(SPACE.to_dict()), encoding="utf-8")
    np.save(folder / f"{side}.npy", vectors)
    lines = (json.dumps(text, ensure_ascii=False) for text in texts)
    (folder / f"{side}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_from_folder_gives_every_text_its_row(tmp_path: Path, dtype: str) -> None:
    write(tmp_path, vectors=VECTORS.astype(dtype))
    write(tmp_path, side="documents", texts=[{"text": "", "id": 1}], vectors=VECTORS[:1])
    teacher = load_teacher(f"vectors:{tmp_path}")
    assert teacher.space == SPACE
    np.testing.assert_allclose(teacher.encode_queries(TEXTS[::-1]), VECTORS[::-1], atol=1e-3)
    np.testing.assert_array_equal(teacher.encode_documents([""]), VECTORS[:1])


def test_one_side_is_enough(tmp_path: Path) -> None:
    teacher = VectorsTeacher.from_folder(write(tmp_path, side="documents"))
    np.testing.assert_allclose(teacher.encode_documents(TEXTS), VECTORS, rtol=1e-6)
    with pytest.raises(TeacherError, match=r"No stored query vector of 'sort' \(1 of 1 texts.*0 are stored"):
        teacher.encode_queries(["sort"])


def test_an_unknown_text_is_named(tmp_path: Path) -> None:
    teacher = VectorsTeacher.from_folder(write(tmp_path))
    with pytest.raises(TeacherError, match=r"No stored query vector of 'new' \(1 of 2 texts.*3 are stored\)"):
        teacher.encode_queries(["sort", "new"])


@pytest.mark.parametrize("side", ["query", "document"])
@pytest.mark.parametrize(
    ("vectors", "error", "message"),
    [
        (VECTORS[:2], InvalidInputError, r"3 SIDE texts need vectors of shape \(3, 8\), got \(2, 8\)"),
        (VECTORS[:, :7], InvalidInputError, r"SIDE texts need vectors of shape \(3, 8\), got \(3, 7\)"),
        (VECTORS[0], InvalidInputError, r"SIDE texts need vectors of shape \(3, 8\), got \(8,\)"),
        (
            np.where(np.arange(3)[:, None] == 1, np.nan, VECTORS),
            SpaceMismatchError,
            "The SIDE vectors cannot be used: 1 of 3 vectors hold NaN or infinity, first in row 1",
        ),
        (
            VECTORS * [[1], [1], [2]],
            SpaceMismatchError,
            r"The SIDE vectors cannot be used: 1 of 3 vectors are not of unit length \(row 2: 2.0000\).* 2 are of unit "
            "length: normalized and raw vectors were mixed, perhaps of two models. Find out where the others come from",
        ),
        (
            VECTORS * 0,
            SpaceMismatchError,
            r"The SIDE vectors cannot be used: 3 of 3 vectors are not of unit length \(row 0: 0.0000\)",
        ),
    ],
)
def test_vectors_that_do_not_fit_are_refused(
    tmp_path: Path, vectors: np.ndarray, error: type[CodequestError], message: str, side: str
) -> None:
    files = {"query": "queries", "document": "documents"}[side]
    message = message.replace("SIDE", side)
    with pytest.raises(error, match=message):
        VectorsTeacher(SPACE, **{files: (TEXTS, vectors)})
    with pytest.raises(error, match=message) as caught:
        VectorsTeacher.from_folder(write(tmp_path, vectors=vectors, side=files))
    assert str(caught.value).startswith(f"{tmp_path}: ")


def test_vectors_of_any_length_are_kept_as_they_are_where_the_space_is_not_normalized() -> None:
    raw = VECTORS * np.array([[1], [3], [0]], dtype=np.float32)
    teacher = VectorsTeacher(replace(SPACE, normalized=False), documents=(TEXTS, raw))
    np.testing.assert_array_equal(teacher.encode_documents(TEXTS), raw)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("space.json", None, "space.json is missing"),
        ("space.json", b"{", "space.json holds no JSON"),
        ("space.json", b"7", "space.json is malformed: Expected `object`, got `int`"),
        ("queries.jsonl", None, r"vectors without their texts, and there is no .*queries\.jsonl"),
        ("queries.jsonl", b'"a"\n{"id": 1}\n"b"', "KeyError: 'text'"),
        ("queries.jsonl", b'"a"\nb\n"c"', "line 2 of .*queries.jsonl holds no JSON"),
        ("queries.jsonl", b'"\xff"\n"b"\n"c"', "UnicodeDecodeError"),
        ("queries.npy", None, r"There is no file .*queries\.npy"),
        ("queries.npy", b"", "queries.npy is no .npy file of numbers"),
        ("queries.npy", b"garbage", "queries.npy is no .npy file of numbers"),
    ],
)
def test_missing_and_malformed_files_are_named(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    write(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(TeacherError, match=message):
        VectorsTeacher.from_folder(tmp_path)


@pytest.mark.parametrize("vectors", [np.array(["a", "b", "c"]), np.array([b"x"] * 3, dtype=object)])
def test_an_array_of_anything_but_numbers_is_refused(tmp_path: Path, vectors: np.ndarray) -> None:
    with pytest.raises(TeacherError, match=r"queries\.npy is no .npy file of numbers"):
        VectorsTeacher.from_folder(write(tmp_path, vectors=vectors))


def test_a_wrong_space_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "space.json").write_text('{"teacher": "m", "dimension": 8}', encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"unknown keys \['dimension'\], missing keys \['dim'\]"):
        VectorsTeacher.from_folder(tmp_path)
