"""Reference vectors for adapters: a few vectors of their teacher, by which it is recognized."""

from __future__ import annotations

import warnings
from pathlib import Path

from codequest.adapters import find_adapter
from codequest.adapters.folder import read_config
from codequest.adapters.reference_vectors import REFERENCE_FILE, ReferenceVectors
from codequest.errors import AdapterWriteError, CodequestWarning, TeacherError
from codequest.files import replace_file
from codequest.teachers import Teacher, VectorsTeacher, cached, teacher_of
from codequest.teachers.base import WrappingTeacher


def reference_vectors_of(teacher: Teacher) -> ReferenceVectors | None:
    """The reference vectors of the teacher that trains an encoder; an assistant's are those of its own teacher.

    Returns:
        None for stored vectors, which cannot embed, and with a warning for a teacher that fails: training was done.
    """
    while isinstance(teacher, WrappingTeacher) and (teacher.variant or isinstance(teacher.teacher, VectorsTeacher)):
        teacher = teacher.teacher
    if isinstance(teacher, VectorsTeacher):
        return None
    try:
        return ReferenceVectors.of(teacher)
    except TeacherError as error:
        warnings.warn(
            f"The adapter carries no reference vectors of its teacher: {error}", CodequestWarning, stacklevel=2
        )
        return None


def add_reference_vectors(adapter: str | Path, teacher: Teacher | None = None) -> Path:
    """Give an adapter that is there already the reference vectors of its teacher; everything else in its folder stays.

    Args:
        adapter: Its folder, or the name of one that comes with codequest.
        teacher: Its teacher; loaded by the adapter's space when left out, if it is on this machine.

    Returns:
        The file that was written.

    Raises:
        AdapterFormatError: There is no such adapter.
        AdapterWriteError: The file cannot be written.
        SpaceMismatchError: It is not the adapter's teacher.
        TeacherError: The teacher failed.
    """
    folder = find_adapter(adapter)
    space = read_config(folder).space
    source = teacher if teacher is not None else cached(teacher_of(space, where=folder))
    space.check(source.space, context="The reference vectors would be those of another teacher")
    path, content = folder / REFERENCE_FILE, ReferenceVectors.of(source).to_bytes()
    try:
        replace_file(path, content)
    except OSError as error:
        raise AdapterWriteError(
            f"The reference vectors cannot be written to {path}: {error.strerror or error}."
        ) from error
    return path
