"""A teacher that is loaded when something must be embedded."""

import numpy as np

from codequest.search.deferred import DeferredTeacher
from codequest.space import EmbeddingSpace
from codequest.teachers import Teacher, VectorsTeacher

SPACE = EmbeddingSpace(teacher="m", dim=2)
VECTORS = np.array([[0.6, 0.8], [1.0, 0.0]], dtype=np.float32)


def test_it_is_loaded_once_and_for_vectors_only() -> None:
    loaded: list[Teacher] = []

    def load() -> Teacher:
        loaded.append(VectorsTeacher(SPACE, documents=(["a", "b"], VECTORS)))
        return loaded[-1]

    teacher = DeferredTeacher(SPACE, load)
    assert (teacher.space, loaded) == (SPACE, [])
    for texts, rows in ((["b", "a"], [1, 0]), (["a"], [0])):
        np.testing.assert_array_equal(teacher.encode_documents(texts), VECTORS[rows])
    assert len(loaded) == 1
    assert (teacher.batch_tokens, teacher.concurrency) == (loaded[0].batch_tokens, 1)
