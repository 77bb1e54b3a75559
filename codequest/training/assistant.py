"""Teaching assistants: query vectors in the teacher's space that find its documents better than its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import get_scheduler

from codequest.backbone import choose_device
from codequest.backbone.precision import DTYPES
from codequest.data import RetrievalDataset
from codequest.progress import Progress, silent
from codequest.space import Side, Vectors, normalized
from codequest.teachers import Teacher
from codequest.teachers.base import WrappingTeacher
from codequest.training.candidates import Candidates
from codequest.training.config import DistillationConfig
from codequest.training.loop import trained_in
from codequest.training.objective import weighted_loss
from codequest.training.targets import TrainingTargets, compute_targets, padded


class TeachingAssistant(WrappingTeacher):
    """A teacher whose query vectors went through a linear map; its document vectors are the teacher's own.

    Students regress it instead of the teacher (an assistant between both is from Mirzadeh et al., "Improved Knowledge
    Distillation via Teacher Assistant", 2019; the map is ours). Unlike the student's labelled pairs, it has targets
    for every query without labels.

    Args:
        teacher: The teacher whose query vectors are mapped.
        weight: (dim, dim) float32; added to the identity.
        bias: (dim,) float32.
    """

    def __init__(self, teacher: Teacher, weight: Vectors, bias: Vectors) -> None:
        super().__init__(teacher)
        self._weight, self._bias = weight, bias
        self.variant = hashlib.sha256(weight.tobytes() + bias.tobytes()).hexdigest()[:16]

    def encode(self, texts: Sequence[str], side: Side, *, progress: Progress = silent) -> Vectors:
        vectors = self.teacher.encode(texts, side, progress=progress)
        return self.refined(vectors) if side == "query" else vectors

    def refined(self, vectors: Vectors) -> Vectors:
        """The teacher's query vectors, (n, dim), as the assistant's, unit rows."""
        moved = vectors + vectors @ self._weight.T + self._bias
        return self.checked_vectors(normalized(moved), len(vectors))


def train_assistant(
    teacher: Teacher, pairs: RetrievalDataset, *, config: DistillationConfig, progress: Progress = silent
) -> TeachingAssistant:
    """Fit the map by InfoNCE against the teacher's frozen documents, held near the teacher by the cosine loss.

    Args:
        teacher: Gives every vector, once.
        pairs: Labelled queries; their documents are the candidates.
        config: Used are losses (``infonce`` and ``cosine``), epochs, batch size, learning rate, warmup, schedule,
            weight decay, temperature, candidates, duplicate similarity, precision and seed.
        progress: Called while the teacher embeds and after every step.
    """
    targets = compute_targets(teacher, [], pairs, regressed_documents=[], with_documents=True, progress=progress)
    device = choose_device(None)
    network = nn.Linear(teacher.space.dim, teacher.space.dim).to(device)
    nn.init.zeros_(network.weight)
    nn.init.zeros_(network.bias)
    optimizer = torch.optim.AdamW(network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    steps = max(1, round(config.epochs * len(targets.queries) / config.batch_size))
    schedule = get_scheduler(config.schedule, optimizer, round(config.warmup * steps), steps)
    for step, (vectors, documents) in enumerate(_batches(targets, steps, config, device)):
        optimizer.zero_grad()
        moved = functional.normalize(vectors + network(vectors), dim=-1)
        weighted_loss(moved, vectors, documents, config, step=step).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        progress("training the assistant", step + 1, steps)
    weight, bias = (values.detach().cpu().numpy().copy() for values in (network.weight, network.bias))
    return TeachingAssistant(teacher, weight, bias)


def _batches(
    targets: TrainingTargets, steps: int, config: DistillationConfig, device: torch.device
) -> Iterator[tuple[Tensor, Candidates]]:
    """The given number of batches: the teacher's query vectors, and the documents they are compared with."""
    queries, documents, positives = map(
        torch.from_numpy, (targets.query_vectors, targets.document_vectors, targets.positives)
    )
    relevant = padded(targets.relevant)
    documents = documents.to(device, DTYPES[trained_in(config, device)])
    generator = torch.Generator().manual_seed(config.seed)
    order = torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        if len(order) < min(config.batch_size, len(queries)):
            order = torch.randperm(len(queries), generator=generator)
        batch, order = order[: config.batch_size], order[config.batch_size :]
        yield queries[batch].to(device), Candidates(documents, positives[batch].to(device), relevant[batch].to(device))
