"""Haystack: both components, alone, in pipelines, and stored as text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("haystack")

from haystack import Document, Pipeline
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.core.errors import DeserializationError
from haystack.document_stores.in_memory import InMemoryDocumentStore

from codequest.encoders import QueryEncoder
from codequest.errors import AdapterFormatError, InvalidInputError
from codequest.integrations.haystack import CodequestDocumentEmbedder, CodequestTextEmbedder
from codequest.teachers import LocalTeacher
from tests.integrations.conftest import DOCUMENTS
from tests.tiny import QUERIES


def test_the_text_embedder_gives_the_encoders_vectors(adapter: Path, encoder: QueryEncoder) -> None:
    embedded = CodequestTextEmbedder(str(adapter)).run(QUERIES[0])
    np.testing.assert_allclose(embedded["embedding"], encoder.encode(QUERIES[0]), atol=1e-6)


def test_the_document_embedder_gives_the_teachers_vectors_and_keeps_its_input(
    teacher_folder: Path, teacher: LocalTeacher
) -> None:
    documents = [Document(content=text, meta={"place": place}) for place, text in enumerate(DOCUMENTS)]
    embedded = CodequestDocumentEmbedder(str(teacher_folder)).run(documents)["documents"]
    vectors = teacher.encode_documents(DOCUMENTS)
    np.testing.assert_allclose([document.embedding for document in embedded], vectors, atol=1e-6)
    assert [(document.id, document.meta) for document in embedded] == [(one.id, one.meta) for one in documents]
    assert [document.embedding for document in documents] == [None] * len(DOCUMENTS)


def test_pipelines_index_and_search_and_are_stored_as_text(
    adapter: Path, teacher_folder: Path, encoder: QueryEncoder, teacher: LocalTeacher
) -> None:
    store = InMemoryDocumentStore()
    indexing = Pipeline()
    indexing.add_component("embedder", CodequestDocumentEmbedder(str(teacher_folder)))
    indexing.add_component("writer", DocumentWriter(store))
    indexing.connect("embedder", "writer")
    indexing.run({"embedder": {"documents": [Document(content=text) for text in DOCUMENTS]}})

    searching = Pipeline()
    searching.add_component("embedder", CodequestTextEmbedder(str(adapter)))
    searching.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=3))
    searching.connect("embedder.embedding", "retriever.query_embedding")
    found = searching.run({"embedder": {"text": QUERIES[0]}})["retriever"]["documents"]
    scores = teacher.encode_documents(DOCUMENTS) @ encoder.encode(QUERIES[0])
    assert [document.content for document in found] == [DOCUMENTS[place] for place in np.argsort(-scores)]
    np.testing.assert_allclose([document.score for document in found], np.sort(scores)[::-1], atol=1e-5)


def test_a_pipeline_is_stored_as_text_and_read_again(
    adapter: Path, teacher_folder: Path, encoder: QueryEncoder
) -> None:
    pipeline = Pipeline()
    pipeline.add_component("query", CodequestTextEmbedder(str(adapter)))
    pipeline.add_component("documents", CodequestDocumentEmbedder(str(teacher_folder)))
    read = Pipeline.loads(pipeline.dumps(), allowed_modules=["codequest.integrations.haystack"])
    assert read.to_dict() == pipeline.to_dict()
    result = read.run({"query": {"text": QUERIES[0]}, "documents": {"documents": [Document(content="a list")]}})
    np.testing.assert_allclose(result["query"]["embedding"], encoder.encode(QUERIES[0]), atol=1e-6)


def test_a_stored_teacher_that_is_not_on_this_machine_is_refused() -> None:
    pipeline = Pipeline()
    pipeline.add_component("documents", CodequestDocumentEmbedder("openai:x?key_variable=SECRET"))
    with pytest.raises(
        DeserializationError,  # haystack's own
        match=r"The stored pipeline names the teacher 'openai:x.*', which sends texts to 'https://api\.openai\.com/v1/"
        r"embeddings' .*'SECRET'\..* make that component in your own code: CodequestDocumentEmbedder\('openai:x",
    ):
        Pipeline.loads(pipeline.dumps(), allowed_modules=["codequest.integrations.haystack"])


def test_nothing_is_loaded_before_it_warms_up() -> None:
    missing = CodequestTextEmbedder("no-such-adapter")
    assert missing.to_dict()["init_parameters"] == {"encoder": "no-such-adapter"}
    with pytest.raises(AdapterFormatError, match="No adapter 'no-such-adapter'"):
        missing.warm_up()


def test_an_empty_query_and_a_document_without_text_are_refused(adapter: Path, teacher_folder: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"queries\[0\] is empty"):
        CodequestTextEmbedder(str(adapter)).run("")
    with pytest.raises(InvalidInputError, match="1 of 2 documents have no text"):
        CodequestDocumentEmbedder(str(teacher_folder)).run([Document(content="text"), Document(meta={"page": 3})])
