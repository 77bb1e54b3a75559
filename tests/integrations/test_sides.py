"""What all frameworks share: each side by its own model, from many threads, and clear refusals."""

from __future__ import annotations

import importlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from codequest.encoders import QueryEncoder
from codequest.errors import InvalidInputError, MissingDependencyError, SpaceMismatchError, TeacherError
from codequest.integrations.sides import Sides
from codequest.teachers import LocalTeacher
from tests.integrations.conftest import DOCUMENTS
from tests.tiny import QUERIES


def test_each_side_has_its_own_model(
    encoder: QueryEncoder, teacher: LocalTeacher, adapter: Path, teacher_folder: Path
) -> None:
    for sides in (Sides(encoder, teacher), Sides(str(adapter), str(teacher_folder)), Sides(adapter, teacher)):
        np.testing.assert_allclose(sides.embed_queries(QUERIES), encoder.encode(QUERIES), atol=1e-6)
        np.testing.assert_allclose(sides.embed_documents(DOCUMENTS), teacher.encode_documents(DOCUMENTS), atol=1e-6)


def test_documents_without_a_teacher_are_refused_with_the_name_of_the_right_one(encoder: QueryEncoder) -> None:
    with pytest.raises(
        TeacherError, match=r"embedded by prompted, and no teacher was given\. Give it as teacher='auto:"
    ):
        Sides(encoder).embed_documents(DOCUMENTS)


def test_the_teacher_of_another_space_is_refused(encoder: QueryEncoder, tiny_teacher: Path) -> None:
    with pytest.raises(SpaceMismatchError, match="This teacher cannot embed documents for this encoder"):
        Sides(encoder, str(tiny_teacher))


def test_an_empty_query_is_refused(encoder: QueryEncoder) -> None:
    with pytest.raises(InvalidInputError, match=r"queries\[0\] is empty"):
        Sides(encoder).embed_queries([" "])


def test_threads_do_not_disturb_each_other(adapter: Path, teacher_folder: Path) -> None:
    sides = Sides(adapter, str(teacher_folder))
    queries, documents = [[query] for query in QUERIES] * 8, [DOCUMENTS[:n] for n in (1, 2, 3)] * 16
    expected = [sides.encoder.encode(query) for query in queries]
    assert sides.teacher is not None
    expected += [sides.teacher.encode_documents(piece) for piece in documents]
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(sides.embed_queries, queries), *pool.map(sides.embed_documents, documents)]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize(
    ("module", "framework", "extra"),
    [
        ("langchain", "langchain_core", "langchain"),
        ("llama_index", "llama_index.core", "llama-index"),
        ("haystack", "haystack", "haystack"),
        ("mteb", "mteb", "mteb"),
    ],
)
def test_a_missing_framework_is_named_with_its_extra(
    module: str, framework: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, framework, None)
    monkeypatch.delitem(sys.modules, f"codequest.integrations.{module}", raising=False)
    with pytest.raises(MissingDependencyError, match=rf"'{framework}' is needed .* 'codequest\[{extra}\]'"):
        importlib.import_module(f"codequest.integrations.{module}")
