"""Results of approximate indexes for each encoder's queries, and their effort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from codequest.encoders.given import encoders_given
from codequest.errors import require
from codequest.files import readable_json
from codequest.progress import Progress, silent
from codequest.report.approximate.effort import ApproximateSearch, search_approximately
from codequest.report.approximate.kinds import HNSW, IVF, IndexKind
from codequest.report.report_data import ReportData
from codequest.report.searches import search_everything
from codequest.teachers.registry import teacher_given

if TYPE_CHECKING:
    from codequest.encoders.given import GivenEncoder
    from codequest.teachers import Teacher


def compare_in_indexes(
    encoders: Mapping[str, GivenEncoder],
    teacher: Teacher | str,
    data: ReportData,
    *,
    kinds: Sequence[IndexKind] = (HNSW, IVF),
    seed: int = 0,
    progress: Progress = silent,
) -> list[ApproximateSearch]:
    """Search approximate indexes of the teacher's documents with the teacher's and each encoder's queries.

    Args:
        encoders: By the name they have in the result; an encoder may be given by its own name or folder.
        teacher: The teacher of all of them, best one with a cache; by its name, it is loaded with one.
        data: What to search; with labels, nDCG@10 is measured too.
        kinds: Kinds of index to build.
        seed: Seed of the samples of large sets.
        progress: Called as work is done.

    Returns:
        One result per kind.

    Raises:
        SpaceMismatchError: An encoder or the stored vectors belong to another teacher.
        MissingDependencyError: The extra ``report`` is not installed.
    """
    require("faiss", extra="report")
    loaded, teacher = encoders_given(encoders), teacher_given(teacher)
    for name, encoder in loaded.items():
        teacher.space.check(encoder.space, context=f"Encoder {name!r} cannot search this teacher's documents")
    found = search_everything(loaded, teacher, data, progress=progress)
    return [
        search_approximately(
            found.query_vectors, found.document_vectors, kind=kind, grades=data.grades(), seed=seed, progress=progress
        )
        for kind in kinds
    ]


def to_json(results: Sequence[ApproximateSearch]) -> str:
    """The results by the name of the index, with sorted keys."""
    return readable_json({one.index: asdict(one) for one in results})
