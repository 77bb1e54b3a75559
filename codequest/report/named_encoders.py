"""The encoders and the teacher that a report compares, from their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from codequest.encoders import QueryEncoder
from codequest.errors import InvalidInputError
from codequest.files import folder_named
from codequest.teachers import Teacher, cached, load_teacher, teacher_of
from codequest.weights import find_folder

TEACHER = "teacher"
"""Name of the teacher in every report."""

QUANTIZED = "quantized:"


def encoder_sources(names: Sequence[str]) -> dict[str, str]:
    """Source of each encoder, by the name it has in the report.

    Args:
        names: ``NAME=SOURCE``, or only the source: an adapter folder, which is called by its last part, a pretrained
            adapter or repository, or ``quantized:PRECISION``. A folder with an equals sign in its name is written as a
            path, ``./lr=0.1``.

    Raises:
        InvalidInputError: A name is empty, taken, that of the teacher, or also that of a folder.
    """
    sources: dict[str, str] = {}
    for given in names:
        name, separator, source = given.partition("=")
        folder = folder_named(given)
        if separator and folder is not None and "/" not in name and "\\" not in name:
            raise InvalidInputError(
                f"{given!r} can be read in two ways: as NAME=SOURCE, and as the folder of that name. Write ./{given} "
                "for the folder, or another NAME."
            )
        if not separator or folder is not None:
            name, source = (folder.name if folder else given), given
        if not name or not source:
            raise InvalidInputError(f"Cannot read the encoder {given!r}. Expected NAME=SOURCE, or only the source.")
        if name in sources or name == TEACHER:
            taken = "stands for the teacher itself" if name == TEACHER else "occurs twice"
            raise InvalidInputError(f"The encoder name {name!r} {taken}. Give another one with NAME={source}.")
        sources[name] = source
    if not sources:
        raise InvalidInputError("At least one encoder is needed, such as minilm-lora; got none.")
    return sources


def load_encoders(
    names: Sequence[str], *, teacher: str | None = None, dim: int | None = None
) -> tuple[dict[str, QueryEncoder], Teacher]:
    """The encoders of a report, by name, and their teacher with its cache.

    Args:
        names: As in `encoder_sources`.
        teacher: Name of the teacher, as `load_teacher` reads it; by default the adapters' own, if it is on this
            machine.
        dim: Length that the vectors of a teacher who is named are truncated to, see `load_teacher`.

    Raises:
        AdapterFormatError: There is no such adapter.
        InvalidInputError: A name cannot be used, or only quantized encoders were named and no teacher.
        TeacherError: The adapters' own teacher is not on this machine: name it.
    """
    sources = encoder_sources(names)
    loaded = {
        name: QueryEncoder.from_pretrained(source) for name, source in sources.items() if not _is_quantized(source)
    }
    source_teacher = cached(_teacher(teacher, dim, loaded))
    folder = (teacher or "").rpartition(":")[2]  # after a scheme
    weights = folder if folder and find_folder(folder) else None
    for name, source in sources.items():
        if _is_quantized(source):
            from codequest.encoders import QuantizedQueryEncoder

            precision: Any = source.removeprefix(QUANTIZED)
            loaded[name] = QuantizedQueryEncoder.create(
                space=source_teacher.space, precision=precision, weights=weights
            )
    return {name: loaded[name] for name in sources}, source_teacher


def _is_quantized(source: str) -> bool:
    return source.startswith(QUANTIZED)


def _teacher(name: str | None, dim: int | None, encoders: Mapping[str, QueryEncoder]) -> Teacher:
    if name is not None:
        return load_teacher(name, dim=dim)
    if not encoders:
        raise InvalidInputError(
            "Quantized encoders alone do not say who their teacher is. Name it, such as "
            "sentence-transformers/all-mpnet-base-v2."
        )
    first, encoder = next(iter(encoders.items()))
    return teacher_of(encoder.space, where=f"The encoder {first!r}")
