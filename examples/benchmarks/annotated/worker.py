"""Runs one engine over the questions of one repository: worker.py ENGINE; a task in JSON comes in, rankings go out."""

import json
import sys
import time
from pathlib import Path


def puma(root, tier):
    from codequest.search import CodeIndex

    if tier == "teacher":
        CodeIndex.build(root)
        index = CodeIndex.open(root)
    else:
        CodeIndex.build(root, teacher=light_teacher())
        index = CodeIndex.open(root, encoder="static" if tier == "light" else None)
    mode = "lexical" if tier == "words" else "hybrid"
    return lambda query: [(hit.path, hit.start_line, hit.end_line) for hit in index.search(query, limit=10, mode=mode)]


def light_teacher():
    """What embeds documents as the light tier of an index does, alone."""
    from codequest.search.light_documents import SHIPPED, LightDocuments
    from codequest.teachers import Teacher

    class Light(Teacher):
        variant = "light"  # kept out of the teacher's cache
        documents = LightDocuments(SHIPPED[0])
        space = documents.space

        def embed_batch(self, texts, side):
            assert side == "document"
            return self.documents.encode([text or " " for text in texts])

    return Light()


def semble(root, model):
    from semble.index.create import create_index_from_path
    from semble.search import search

    encoder = Static() if model == "static" else Constant()
    words, vectors, chunks, _ = create_index_from_path(Path(root), encoder, display_root=Path(root))
    alpha = None if model == "static" else 0.0

    def found(query):
        hits = (result.chunk for result in search(query, encoder, vectors, words, chunks, 10, alpha=alpha))
        return [(hit.file_path, hit.start_line, hit.end_line) for hit in hits]

    return found


class Static:
    """codequest's static encoder, as semble calls its model."""

    def __init__(self):
        from codequest import QueryEncoder

        self._encoder = QueryEncoder.from_pretrained("static")
        self.dim = self._encoder.space.dim

    def encode(self, texts, *_, **__):
        return self._encoder.encode([text or " " for text in texts])


class Constant:
    """No model: all texts are alike, and words alone decide."""

    dim = 2

    def encode(self, texts, *_, **__):
        import numpy as np

        return np.tile(np.array([1, 0], np.float32), (len(texts), 1))


def main():
    engine, _, option = sys.argv[1].partition(", ")
    task, printed, sys.stdout = json.load(sys.stdin), sys.stdout, sys.stderr
    began = time.perf_counter()
    search = {"Puma": puma, "semble": semble}[engine](task["root"], option)
    indexed = time.perf_counter() - began
    search("the first query loads what is loaded once")
    rankings, seconds = [], []
    for query in task["queries"]:
        began = time.perf_counter()
        rankings.append(search(query))
        seconds.append(time.perf_counter() - began)
    print(json.dumps({"rankings": rankings, "seconds": seconds, "index_seconds": indexed}), file=printed)


main()
