"""Reference vectors for adapters: a few vectors of their teacher, by which it is recognized."""

from __future__ import annotations

import hashlib
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

from codequest.adapters import find_adapter
from codequest.adapters.folder import CONFIG_FILE, read_config, write_folder
from codequest.adapters.reference_vectors import REFERENCE_FILE, ReferenceVectors
from codequest.errors import CodequestWarning, TeacherError
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
    config = read_config(folder)
    source = teacher if teacher is not None else cached(teacher_of(config.space, where=folder))
    config.space.check(source.space, context="The reference vectors would be those of another teacher")
    content = ReferenceVectors.of(source).to_bytes()
    digest = hashlib.sha256(content).hexdigest()

    def fill(work: Path) -> None:
        shutil.copytree(folder, work, dirs_exist_ok=True)
        (work / REFERENCE_FILE).write_bytes(content)
        if config.files:  # with the vectors, so that no kill leaves a file that has another digest
            named = replace(config, files={**config.files, REFERENCE_FILE: digest})
            (work / CONFIG_FILE).write_text(named.to_json(), encoding="utf-8")

    return write_folder(folder, fill) / REFERENCE_FILE
