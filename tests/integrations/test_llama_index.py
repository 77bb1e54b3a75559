"""LlamaIndex: an index over the teacher's vectors, searched by the encoder's."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("llama_index.core")

from llama_index.core import VectorStoreIndex
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import TextNode

from codequest.encoders import QueryEncoder
from codequest.errors import SpaceMismatchError, TeacherError
from codequest.integrations.llama_index import CodequestEmbedding
from codequest.teachers import LocalTeacher
from tests.tiny import QUERIES

DOCUMENTS = ["def read(path): return open(path).read()", "class List(list): pass", "sorted(d.items())"]


@pytest.fixture(scope="module")
def embedding(adapter: Path, teacher_folder: Path) -> CodequestEmbedding:
    return CodequestEmbedding(str(adapter), teacher=str(teacher_folder))


def test_queries_are_the_encoders_and_documents_the_teachers(
    embedding: CodequestEmbedding, encoder: QueryEncoder, teacher: LocalTeacher
) -> None:
    vectors = teacher.encode_documents(DOCUMENTS)
    np.testing.assert_allclose(embedding.get_query_embedding(QUERIES[0]), encoder.encode(QUERIES[0]), atol=1e-6)
    np.testing.assert_allclose(embedding.get_text_embedding(DOCUMENTS[0]), vectors[0], atol=1e-6)
    np.testing.assert_allclose(embedding.get_text_embedding_batch(DOCUMENTS), vectors, atol=1e-6)


def test_both_may_be_awaited(embedding: CodequestEmbedding, encoder: QueryEncoder, teacher: LocalTeacher) -> None:
    async def awaited() -> tuple[list[list[float]], list[float], list[list[float]]]:
        queries = await asyncio.gather(*(embedding.aget_query_embedding(query) for query in QUERIES))
        text = await embedding.aget_text_embedding(DOCUMENTS[0])
        return queries, text, await embedding.aget_text_embedding_batch(DOCUMENTS)

    queries, text, documents = asyncio.run(awaited())
    np.testing.assert_allclose(queries, encoder.encode(QUERIES), atol=1e-6)
    np.testing.assert_allclose([text, *documents[1:]], teacher.encode_documents(DOCUMENTS), atol=1e-6)


def test_a_retriever_finds_what_the_vectors_say(
    embedding: CodequestEmbedding, encoder: QueryEncoder, teacher: LocalTeacher
) -> None:
    index = VectorStoreIndex([TextNode(text=text) for text in DOCUMENTS], embed_model=embedding)
    found = index.as_retriever(similarity_top_k=3).retrieve(QUERIES[0])
    scores = teacher.encode_documents(DOCUMENTS) @ encoder.encode(QUERIES[0])
    assert [node.text for node in found] == [DOCUMENTS[place] for place in np.argsort(-scores)]
    np.testing.assert_allclose([node.score for node in found], np.sort(scores)[::-1], atol=1e-5)


def test_it_is_a_step_of_an_ingestion_pipeline(embedding: CodequestEmbedding, teacher: LocalTeacher) -> None:
    nodes = IngestionPipeline(transformations=[embedding]).run(nodes=[TextNode(text=text) for text in DOCUMENTS])
    np.testing.assert_allclose([node.embedding for node in nodes], teacher.encode_documents(DOCUMENTS), atol=1e-6)


def test_stored_by_its_fields_and_read_again(embedding: CodequestEmbedding) -> None:
    read = CodequestEmbedding.from_dict(embedding.to_dict())
    assert (read.class_name(), read.encoder, read.teacher) == (
        "CodequestEmbedding",
        embedding.encoder,
        embedding.teacher,
    )
    assert read.model_name == embedding.encoder
    assert read.get_query_embedding(QUERIES[0]) == embedding.get_query_embedding(QUERIES[0])


def test_a_stored_teacher_that_is_not_on_this_machine_is_refused(
    embedding: CodequestEmbedding, teacher_folder: Path
) -> None:
    stored = embedding.to_dict() | {"teacher": "openai:x?key_variable=SECRET"}
    with pytest.raises(TeacherError, match=r"embedding model names the teacher 'openai:x.*'SECRET'.*say it in your"):
        CodequestEmbedding.from_json(json.dumps(stored))
    assert CodequestEmbedding.from_dict(stored, teacher=str(teacher_folder)).teacher == str(teacher_folder)


def test_an_existing_index_needs_no_teacher(adapter: Path, encoder: QueryEncoder) -> None:
    alone = CodequestEmbedding(str(adapter))
    np.testing.assert_allclose(alone.get_query_embedding(QUERIES[0]), encoder.encode(QUERIES[0]), atol=1e-6)
    with pytest.raises(TeacherError, match="no teacher was given"):
        alone.get_text_embedding(DOCUMENTS[0])


def test_the_teacher_of_another_space_is_refused(adapter: Path, tiny_teacher: Path) -> None:
    with pytest.raises(SpaceMismatchError, match="This teacher cannot embed documents"):
        CodequestEmbedding(str(adapter), teacher=str(tiny_teacher))
