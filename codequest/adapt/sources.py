"""The teacher of a request, and the documents whose vectors it need not embed."""

from __future__ import annotations

from dataclasses import dataclass

from codequest.adapt.request import Request
from codequest.data import RetrievalDataset
from codequest.errors import InvalidInputError
from codequest.progress import Progress, silent
from codequest.teachers import Teacher, VectorsTeacher, cached, load_teacher, probe_index, read_index
from codequest.teachers.base import local_model
from codequest.teachers.stored.indexed import IndexedTeacher

_WORTH_A_GRAPH = 4  # minutes: in fewer, torch has embedded as much before there is one


@dataclass(frozen=True, slots=True)
class TeacherSource:
    """A teacher, and what it already embedded.

    Attributes:
        teacher: With its cache, and with the vectors of the index.
        queries: Queries whose vectors are stored, which are then the only ones it can be asked for; or None.
        documents: Documents of the user whose vectors are stored; none without an index.
    """

    teacher: Teacher
    queries: list[str] | None
    documents: list[str]


def open_source(request: Request, *, progress: Progress = silent) -> TeacherSource:
    """Load the teacher, and make sure that it made the vectors of the index.

    Raises:
        SpaceMismatchError: It did not; says which setting differs.
        TeacherError: It cannot be loaded, or the vectors come without texts.
        WeightsNotFoundError: No such model on this machine or the hub.
    """
    teacher = load_teacher(request.teacher_name, dim=request.dim)
    model = local_model(teacher)
    if model is not None and request.minutes < _WORTH_A_GRAPH:
        teacher = model.in_torch()
    teacher = cached(teacher)
    if isinstance(teacher, VectorsTeacher):
        if request.index is not None:
            raise InvalidInputError(
                f"{request.teacher} are stored vectors themselves: leave {request.index} out, or name the model that "
                "made it as the teacher."
            )
        return TeacherSource(teacher, teacher.texts("query"), teacher.texts("document"))
    if request.index is None:
        return TeacherSource(teacher, None, [])
    vectors, texts = read_index(request.index, request.texts)
    if request.probe:
        probe_index(vectors, texts, teacher, samples=16, progress=progress).check()
    indexed = IndexedTeacher(teacher, texts, vectors)
    return TeacherSource(indexed, None, list(dict.fromkeys(texts)))


def matched(pairs: RetrievalDataset, documents: list[str]) -> RetrievalDataset | None:
    """The pairs of which a document of the index holds the function, with that document in its place.

    Args:
        pairs: Descriptions and functions, mined from the code that the index was made of.
        documents: Texts of the index; one may hold more than a function, such as its file's path.

    Returns:
        Labelled queries in the documents that hold their functions; None where there are none.
    """
    by_line: dict[str, list[int]] = {}
    plain = [_plain(text) for text in documents]
    for position, text in enumerate(documents):
        for line in {_plain(line) for line in text.splitlines()}:
            by_line.setdefault(line, []).append(position)
    place: dict[str, str] = {}
    for key, code in pairs.documents.items():
        last = _plain(code.strip().splitlines()[-1]) if code.strip() else ""
        body = _plain(code)
        head = _plain(code.strip().splitlines()[0]) if code.strip() else ""
        found = [at for at in by_line.get(head, ()) if body in plain[at] or (last and last in plain[at])]
        if found:
            place[key] = f"row {found[0]}"
    qrels = {
        query: kept
        for query, judged in pairs.qrels.items()
        if (kept := {place[key]: grade for key, grade in judged.items() if key in place})
    }
    if not qrels:
        return None
    rows = {name: documents[int(name.removeprefix("row "))] for name in place.values()}
    return RetrievalDataset(pairs.name, {key: pairs.queries[key] for key in qrels}, rows, qrels)


def _plain(text: str) -> str:
    return "".join(text.lower().split())
