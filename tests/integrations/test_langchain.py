"""LangChain: its own standard tests, and a vector store of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("langchain_core")
pytest.importorskip("langchain_tests")

from langchain_core.vectorstores import InMemoryVectorStore
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from codequest.encoders import QueryEncoder
from codequest.errors import TeacherError
from codequest.integrations.langchain import CodequestEmbeddings
from codequest.teachers import LocalTeacher
from tests.integrations.conftest import DOCUMENTS
from tests.tiny import QUERIES


class _OfTinyModels:
    @pytest.fixture(autouse=True)
    def _models(self, adapter: Path, teacher: LocalTeacher) -> None:
        self._given = {"encoder": str(adapter), "teacher": teacher}

    @property
    def embeddings_class(self) -> type[CodequestEmbeddings]:
        return CodequestEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return self._given


class TestStandardUnit(_OfTinyModels, EmbeddingsUnitTests):
    """What LangChain asks of every `Embeddings`."""


class TestStandardIntegration(_OfTinyModels, EmbeddingsIntegrationTests):
    """What LangChain asks of the vectors, awaited ones included."""


def test_queries_are_the_encoders_and_documents_the_teachers(encoder: QueryEncoder, teacher: LocalTeacher) -> None:
    embeddings = CodequestEmbeddings(encoder, teacher=teacher)
    np.testing.assert_allclose(embeddings.embed_query(QUERIES[0]), encoder.encode(QUERIES[0]), atol=1e-6)
    np.testing.assert_allclose(embeddings.embed_documents(DOCUMENTS), teacher.encode_documents(DOCUMENTS), atol=1e-6)
    assert embeddings.embed_documents([]) == []


def test_many_may_be_awaited_at_once(encoder: QueryEncoder, teacher: LocalTeacher) -> None:
    embeddings = CodequestEmbeddings(encoder, teacher=teacher)

    async def all_of_them() -> list[Any]:
        queries = [embeddings.aembed_query(query) for query in QUERIES]
        return await asyncio.gather(*queries, embeddings.aembed_documents(DOCUMENTS))

    *vectors, documents = asyncio.run(all_of_them())
    np.testing.assert_allclose(vectors, encoder.encode(QUERIES), atol=1e-6)
    np.testing.assert_allclose(documents, teacher.encode_documents(DOCUMENTS), atol=1e-6)


def test_documents_without_a_teacher_are_refused(encoder: QueryEncoder) -> None:
    with pytest.raises(TeacherError, match="no teacher was given"):
        CodequestEmbeddings(encoder).embed_documents(DOCUMENTS)


def test_a_vector_store_scores_by_the_product_of_both(encoder: QueryEncoder, teacher: LocalTeacher) -> None:
    store = InMemoryVectorStore(CodequestEmbeddings(encoder, teacher=teacher))
    store.add_texts(DOCUMENTS)
    found = store.similarity_search_with_score(QUERIES[0], k=3)
    scores = teacher.encode_documents(DOCUMENTS) @ encoder.encode(QUERIES[0])
    assert [document.page_content for document, _ in found] == [DOCUMENTS[place] for place in np.argsort(-scores)]
    np.testing.assert_allclose([score for _, score in found], np.sort(scores)[::-1], atol=1e-5)
