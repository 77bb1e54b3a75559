"""One sentence-transformers model of two routes: queries through a light encoder, documents through its teacher."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codequest.adapters.folder import check_destination
from codequest.encoders.given import GivenEncoder, encoder_given
from codequest.encoders.sentence_transformers.folder import check_queries, write_modules
from codequest.encoders.sentence_transformers.modules import backbone_modules, sentence_modules
from codequest.errors import require
from codequest.runtimes import PARITY_QUERIES, check_parity, measure_parity
from codequest.teachers import LocalTeacher

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def export_router(encoder: GivenEncoder, folder: str | Path, *, teacher: str | None = None) -> Path:
    """Write a folder whose `encode_query` is the encoder and whose `encode_document` is its teacher.

    `SentenceTransformer(folder)` loads it without codequest, static encoders with ``trust_remote_code=True``. Plain
    `encode` takes the document route; of a teacher that puts a text before its documents it is refused.

    Args:
        encoder: Any kind that `QueryEncoder.export` writes for sentence-transformers, or its name or folder.
        folder: Target folder; an adapter or exported folder already there is replaced.
        teacher: Folder of the teacher, when its id alone does not lead there.

    Returns:
        The folder.

    Raises:
        InvalidInputError: sentence-transformers has no modules for this encoder.
        SpaceMismatchError: The teacher is not the one of the encoder's space.
        WeightsNotFoundError: The teacher is not on this machine and cannot be fetched.
        MissingDependencyError: sentence-transformers is not installed.
        ParityError: What was written does not give the vectors of encoder and teacher.
        AdapterWriteError: No permission, no space, or something else is there.
    """
    base = require("sentence_transformers.base.modules", extra="sentence-transformers")
    check_destination(folder)
    queries = encoder_given(encoder)
    query_modules = sentence_modules(queries)
    space = queries.space
    pooling = None if space.pooling == "unknown" else space.pooling
    local = LocalTeacher(teacher or space.teacher, revision=space.public_revision, pooling=pooling, device="cpu")
    space.check(local.space, context="This teacher cannot embed the documents")
    router = base.Router.for_query_document(
        query_modules,
        [*backbone_modules(local.backbone), *([base.Normalize()] if space.normalized else [])],
        default_route=None if space.document_prompt else "document",
        allow_empty_key=False,
    )

    def check(model: SentenceTransformer) -> None:
        check_queries(model, queries)
        parity = measure_parity(model.encode_document(list(PARITY_QUERIES)), local.encode_documents(PARITY_QUERIES))
        check_parity(parity, "fp32", name="The document route that sentence-transformers loads")

    prompts = {"query": "", "document": space.document_prompt}
    return write_modules(folder, [router], queries.config(), check=check, prompts=prompts, method="encode_query")
