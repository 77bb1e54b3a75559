"""mteb: a query encoder and its teacher as one asymmetric model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from codequest.encoders import QueryEncoder
from codequest.errors import InvalidInputError, require
from codequest.integrations.sides import Sides
from codequest.space import Vectors
from codequest.teachers import Teacher

require("mteb", extra="mteb")
from mteb.models.abs_encoder import AbsEncoder  # noqa: E402
from mteb.models.model_meta import ModelMeta, ScoringFunction  # noqa: E402
from mteb.types import PromptType  # noqa: E402

if TYPE_CHECKING:
    from mteb.abstasks.task_metadata import TaskMetadata
    from mteb.types import BatchedInput
    from torch.utils.data import DataLoader


class CodequestModel(AbsEncoder):
    """Queries by a light encoder, documents by its teacher: for retrieval and reranking tasks.

    Args:
        encoder: The encoder, or the folder, name or repository it is loaded from.
        teacher: The teacher, or its name.
        name: Under which results are kept, ``"organization/model"``.
        revision: Revision of the encoder; part of the path where results are kept.

    Raises:
        SpaceMismatchError: The teacher is not the one of the encoder's space.
    """

    def __init__(
        self, encoder: QueryEncoder | str | Path, *, teacher: Teacher | str, name: str, revision: str | None = None
    ) -> None:
        self.sides = Sides(encoder, teacher)
        self.mteb_model_meta = _meta(self.sides.encoder, name, revision)

    def encode(
        self,
        inputs: DataLoader[BatchedInput],
        *,
        task_metadata: TaskMetadata,
        hf_split: str,  # noqa: ARG002
        hf_subset: str,  # noqa: ARG002
        prompt_type: PromptType | None = None,
        **kwargs: Any,  # noqa: ARG002  batches are codequest's own
    ) -> Vectors:
        """Vectors of texts, (n, dim): of queries by the encoder, of documents by the teacher.

        Raises:
            InvalidInputError: The task has no queries and documents, such as classification.
        """
        texts = [text for batch in inputs for text in batch["text"]]
        if prompt_type == PromptType.query:
            return self.sides.embed_queries(texts)
        if prompt_type == PromptType.document:
            return self.sides.embed_documents(texts)
        raise InvalidInputError(
            f"{task_metadata.name} is of the type {task_metadata.type}, which has no queries and documents: an "
            "encoder and its teacher cannot share the work. Choose a retrieval or reranking task."
        )


def _meta(encoder: QueryEncoder, name: str, revision: str | None) -> ModelMeta:
    cost = encoder.cost()
    return ModelMeta(
        loader=None,
        name=name,
        revision=revision,
        release_date=None,
        languages=None,
        n_parameters=cost.parameters,
        memory_usage_mb=None,
        max_tokens=encoder.space.max_tokens,
        embed_dim=encoder.space.dim,
        license=None,
        open_weights=None,
        public_training_code=None,
        public_training_data=None,
        framework=["PyTorch"],
        similarity_fn_name=ScoringFunction.COSINE,
        use_instructions=bool(encoder.space.query_prompt or encoder.space.document_prompt),
        training_datasets=None,
        adapted_from=encoder.space.teacher,
    )
