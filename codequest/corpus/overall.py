"""Progress of one part, as that of all."""

from __future__ import annotations

from codequest.progress import Progress, Work

EMBEDDING = "Embedding texts"


def within(progress: Progress, *, before: int, texts: int) -> Progress:
    """A `Progress` for a part of the texts, whose embedding is reported as a part of all.

    Args:
        progress: Is told.
        before: Number of texts before the part.
        texts: Number of all.
    """

    def report(what: str, done: int, total: int) -> None:
        if what in (Work.EMBEDDING_DOCUMENTS, Work.EMBEDDING_QUERIES):
            progress(EMBEDDING, before + done, texts)
        else:
            progress(what, done, total)

    return report
